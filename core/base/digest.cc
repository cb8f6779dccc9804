#include "core/base/digest.h"

#include <openssl/evp.h>

namespace shakedown {

struct Hash::Parts {
  struct Free {
    void operator()(EVP_MD* method) const { EVP_MD_free(method); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD, Free> method{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
  std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
};

Hash::Hash() : parts_(std::make_unique<Parts>()) {}
Hash::~Hash() = default;

Digest Hash::of(std::initializer_list<std::string_view> parts) {
  Digest digest{};
  EVP_DigestInit_ex2(parts_->context.get(), parts_->method.get(), nullptr);
  for (const std::string_view part : parts) EVP_DigestUpdate(parts_->context.get(), part.data(), part.size());
  EVP_DigestFinal_ex(parts_->context.get(), digest.data(), nullptr);
  return digest;
}

Digest Hash::link(const Digest& before, std::string_view payload) {
  return of({{reinterpret_cast<const char*>(before.data()), before.size()}, payload});
}

std::string hex(const Digest& digest) {
  std::string out;
  for (const unsigned char byte : digest) {
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
  return out;
}

Digest sha256(std::string_view bytes) { return Hash().of({bytes}); }

}  // namespace shakedown
