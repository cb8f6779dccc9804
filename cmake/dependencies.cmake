# Everything we take from the distribution, in one place. tools/install_dependencies.sh lists the packages.

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CURL REQUIRED)                          # CURL::libcurl, for evidence and annotations, never for load
find_package(Boost 1.81 CONFIG REQUIRED)             # Boost::headers
find_package(Eigen3 CONFIG REQUIRED)                 # Eigen3::Eigen
find_package(fmt CONFIG REQUIRED)                    # fmt::fmt
find_package(spdlog CONFIG REQUIRED)                 # spdlog::spdlog, the compiled one: header-only costs 5 s a file
find_package(Protobuf MODULE REQUIRED)               # Debian ships no config for it
find_package(gRPC CONFIG REQUIRED)                   # gRPC::grpc++, gRPC::grpc_cpp_plugin; finds re2::re2, for expressions of a scenario
find_package(yaml-cpp CONFIG REQUIRED)               # its target is plain `yaml-cpp`
find_package(nlohmann_json CONFIG REQUIRED)          # nlohmann_json::nlohmann_json
find_package(prometheus-cpp CONFIG REQUIRED)         # ships no version file: naming a version fails
find_package(CLI11 CONFIG REQUIRED)                  # CLI11::CLI11
find_package(GTest CONFIG REQUIRED)                  # GTest::gtest, GTest::gtest_main, GTest::gmock
find_package(benchmark CONFIG REQUIRED)              # benchmark::benchmark

# kainjow's mustache is one header without a CMake file: #include <kainjow/mustache.hpp>
find_path(SHAKEDOWN_MUSTACHE_INCLUDE kainjow/mustache.hpp REQUIRED)
add_library(mustache::mustache INTERFACE IMPORTED)
target_include_directories(mustache::mustache SYSTEM INTERFACE ${SHAKEDOWN_MUSTACHE_INCLUDE})

# Chart.js goes into the scorecard's page at build time.
find_file(SHAKEDOWN_CHART_JS NAMES chart.min.js chart.js Chart.min.js Chart.js
  PATHS /usr/share/javascript/chart.js /usr/share/nodejs/chart.js/dist NO_DEFAULT_PATH REQUIRED)

# Debian's own interpreter: python3-yaml and python3-jsonschema are installed for that one.
set(SHAKEDOWN_PYTHON /usr/bin/python3)
