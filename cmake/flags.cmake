# Language, warnings, sanitizers and output folders, the same for every target of ours.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(SHAKEDOWN_CCACHE ccache)
if(SHAKEDOWN_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${SHAKEDOWN_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${SHAKEDOWN_CCACHE})
endif()

# gold links a sanitized program in half the time, and there are fifty of them.
find_program(SHAKEDOWN_GOLD ld.gold)
if(SHAKEDOWN_GOLD AND CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_link_options(-fuse-ld=gold)
endif()

set(SHAKEDOWN_BIN_DIR "${CMAKE_BINARY_DIR}/bin" CACHE PATH "Where the programs go")
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${SHAKEDOWN_BIN_DIR}")

# shakedown_warnings carries the warnings; it is linked by our own targets only, never by generated code.
add_library(shakedown_warnings INTERFACE)
target_compile_options(shakedown_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Werror=return-type
  # Designated initialisers name what matters; the rest has defaults.
  -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports members of coroutine frames and of std::variant that are never read uninitialised.
  # In a batch, it also reports coroutine frames that hold a type of an unnamed namespace of a batched source.
  target_compile_options(shakedown_warnings INTERFACE -Wno-maybe-uninitialized -Wno-subobject-linkage)
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    # With optimisation it takes the growth of std::string in `"text" + string` for an overlap or an overflow (GCC bug 105329).
    target_compile_options(shakedown_warnings INTERFACE -Wno-restrict -Wno-stringop-overflow)
  endif()
endif()

set(SHAKEDOWN_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=; empty for none")
if(SHAKEDOWN_SANITIZE)
  # vptr looks at memory through a pipe: where a test takes away every descriptor, each object would be a wrong one.
  add_compile_options(-fsanitize=${SHAKEDOWN_SANITIZE} -fno-sanitize=vptr -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SHAKEDOWN_SANITIZE})
endif()

option(SHAKEDOWN_FUZZ "libFuzzer's endless_NAME beside each fuzz_NAME (clang, with its compiler-rt)" OFF)
if(SHAKEDOWN_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# Sources of tests leave out three checks that double their code and that the product's own code keeps.
add_library(shakedown_test_options INTERFACE)
if(SHAKEDOWN_SANITIZE MATCHES "undefined")
  target_compile_options(shakedown_test_options INTERFACE -fno-sanitize=null,alignment,vptr)
endif()
