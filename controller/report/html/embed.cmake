# cmake -DOUT=assets.cc "-DFILES=name=path;..." -P embed.cmake
# Writes a C++ file with one function per name that returns the bytes of the path and their SHA-256 (see assets.h).
# In scripts and styles a `</script` or `</style` would end the element early: it becomes `<\/script`, which
# JavaScript and CSS read the same. Carriage returns go, because a page's parser drops them and the digest would differ.

set(arrays)
set(functions)
foreach(entry IN LISTS FILES)
  string(REGEX MATCH "^([a-z_]+)=(.*)$" matched "${entry}")
  if(NOT matched)
    message(FATAL_ERROR "embed.cmake: expected name=path, found '${entry}'")
  endif()
  set(name ${CMAKE_MATCH_1})
  set(path ${CMAKE_MATCH_2})
  file(READ "${path}" text)
  string(REPLACE "\r" "" text "${text}")
  if(path MATCHES "[.](js|css)$")
    string(REGEX REPLACE "</([sS][cC][rR][iI][pP][tT]|[sS][tT][yY][lL][eE])" "<\\\\/\\1" text "${text}")
  endif()
  set(as_embedded "${OUT}.${name}")
  file(WRITE "${as_embedded}" "${text}")
  file(SHA256 "${as_embedded}" digest)
  file(READ "${as_embedded}" hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(APPEND arrays "const unsigned char k_${name}[] = {${bytes}0};\n")
  string(APPEND functions "Asset ${name}() {\n"
    "  return {{reinterpret_cast<const char*>(k_${name}), sizeof(k_${name}) - 1},\n          \"${digest}\"};\n}\n")
endforeach()

file(WRITE "${OUT}" "// Written by controller/report/html/embed.cmake.\n#include \"controller/report/html/assets.h\"\n\n"
  "namespace shakedown::report {\nnamespace {\n${arrays}}  // namespace\n\n${functions}}  // namespace shakedown::report\n")
