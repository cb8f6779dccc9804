# The few ways to make a target. In every list of LINKS our own libraries may be written short:
# `base` means shakedown_base. Anything else (fmt::fmt, yaml-cpp) is passed on as it is.

set(SHAKEDOWN_LIBRARIES
  proto base form yaml protocols model faults stats wire runtime secrets load fault check policy audit agent controller_model scenario measure judge report readings controller target
  services load_rig judge_rig calibration)

function(_shakedown_links out)
  set(links)
  foreach(link IN LISTS ARGN)
    if(link IN_LIST SHAKEDOWN_LIBRARIES)
      set(link shakedown_${link})
    endif()
    list(APPEND links ${link})
  endforeach()
  set(${out} ${links} PARENT_SCOPE)
endfunction()

function(_shakedown_refuse_leftovers)
  if(ARG_UNPARSED_ARGUMENTS OR ARG_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "${NAME}: not understood: ${ARG_UNPARSED_ARGUMENTS} ${ARG_KEYWORDS_MISSING_VALUES}")
  endif()
endfunction()

# shakedown_library(NAME SOURCES a.cc ... [LINKS ...] [PRIVATE_LINKS ...])
# A static library shakedown_NAME. Includes are rooted at the repository: "core/base/result.h".
function(shakedown_library NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  _shakedown_refuse_leftovers()
  _shakedown_links(links ${ARG_LINKS})
  _shakedown_links(private_links ${ARG_PRIVATE_LINKS})
  set(target shakedown_${NAME})
  add_library(${target} STATIC ${ARG_SOURCES})
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${target} PUBLIC ${links} PRIVATE ${private_links} shakedown_warnings)
endfunction()

# `programs` is what `make build` builds: everything but the tests.
add_custom_target(programs)

# shakedown_program(NAME SOURCES a.cc ... [LINKS ...])
# A program called NAME in the preset's bin folder.
function(shakedown_program NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  _shakedown_refuse_leftovers()
  _shakedown_links(links ${ARG_LINKS})
  add_executable(${NAME} ${ARG_SOURCES})
  target_include_directories(${NAME} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${NAME} PRIVATE ${links} shakedown_warnings)
  add_dependencies(programs ${NAME})
endfunction()

# What every test may rely on.
function(_shakedown_test_properties NAME LABEL)
  if(NOT LABEL MATCHES "^(unit|component|golden|e2e|lint|bench|fuzz)$")
    message(FATAL_ERROR "${NAME}: unknown label ${LABEL}")
  endif()
  set_tests_properties(${NAME} PROPERTIES
    LABELS ${LABEL}
    TIMEOUT 600
    ENVIRONMENT "SHAKEDOWN_BUILD_DIR=${CMAKE_BINARY_DIR};SHAKEDOWN_STATE_DIR=${CMAKE_BINARY_DIR}/tests/state;SHAKEDOWN_BIN_DIR=${SHAKEDOWN_BIN_DIR};SHAKEDOWN_SOURCE_DIR=${PROJECT_SOURCE_DIR};ASAN_OPTIONS=detect_leaks=1")
  if(ARGN)
    set_tests_properties(${NAME} PROPERTIES ${ARGN})
  endif()
endfunction()

# shakedown_test(NAME LABEL SOURCES a_test.cc ... [LINKS ...] [PROPERTIES TIMEOUT 60 RUN_SERIAL ON ...])
# One GoogleTest program and one ctest entry of the same name. LABEL: unit, component, golden, e2e, fuzz. One with a
# truth_*_test.cc also has the label truth: verdicts that were once untrue (`make truth`; suites named *Truth*).
function(shakedown_test NAME LABEL)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PROPERTIES" ${ARGN})
  _shakedown_refuse_leftovers()
  _shakedown_links(links ${ARG_LINKS})
  add_executable(${NAME} ${ARG_SOURCES})
  target_include_directories(${NAME} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${NAME} PRIVATE ${links} GTest::gtest_main GTest::gmock shakedown_warnings shakedown_test_options)
  set_target_properties(${NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  add_test(NAME ${NAME} COMMAND ${NAME})
  _shakedown_test_properties(${NAME} ${LABEL} ${ARG_PROPERTIES})
  if(ARG_SOURCES MATCHES "truth_")
    set_tests_properties(${NAME} PROPERTIES LABELS "${LABEL};truth")
  endif()
endfunction()

# shakedown_python_test(NAME LABEL SCRIPT [PROPERTIES ...])
# A unittest script (path relative to the folder), run with Debian's python3 in the same environment.
function(shakedown_python_test NAME LABEL SCRIPT)
  cmake_parse_arguments(ARG "" "" "PROPERTIES" ${ARGN})
  _shakedown_refuse_leftovers()
  cmake_path(ABSOLUTE_PATH SCRIPT BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  if(NOT EXISTS ${SCRIPT})
    message(FATAL_ERROR "${NAME}: no such script: ${SCRIPT}")
  endif()
  add_test(NAME ${NAME} COMMAND ${SHAKEDOWN_PYTHON} ${SCRIPT})
  _shakedown_test_properties(${NAME} ${LABEL} ${ARG_PROPERTIES})
  if(SCRIPT MATCHES "truth_[^/]*$")
    set_tests_properties(${NAME} PROPERTIES LABELS "${LABEL};truth")
  endif()
endfunction()
