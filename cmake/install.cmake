# What `cmake --install` and the Debian packages (`make package`) put where. One component is one package.
include(GNUInstallDirs)

set(manual "${CMAKE_BINARY_DIR}/manual")
set(manual_pages)
foreach(program shakedown shakedown-agent shakedown-target)
  list(APPEND manual_pages "${manual}/${program}.1" "${manual}/${program}.bash" "${manual}/_${program}")
endforeach()
add_custom_command(
  OUTPUT ${manual_pages}
  COMMAND ${SHAKEDOWN_PYTHON} ${PROJECT_SOURCE_DIR}/tools/manual.py --out ${manual} --version ${PROJECT_VERSION}
          $<TARGET_FILE:shakedown> $<TARGET_FILE:shakedown-agent> $<TARGET_FILE:shakedown-target>
  DEPENDS shakedown shakedown-agent shakedown-target tools/manual.py
  COMMENT "Manual pages and completions"
  VERBATIM)
add_custom_target(manual ALL DEPENDS ${manual_pages})
add_dependencies(programs manual)

function(_shakedown_install_program program component)
  install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${component})
  install(FILES ${manual}/${program}.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT ${component})
  install(FILES ${manual}/${program}.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
          RENAME ${program} COMPONENT ${component})
  install(FILES ${manual}/_${program} DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT ${component})
  install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${component} RENAME copyright COMPONENT ${component})
endfunction()
_shakedown_install_program(shakedown shakedown)
_shakedown_install_program(shakedown-agent shakedown-agent)
_shakedown_install_program(shakedown-target shakedown-target)

install(DIRECTORY dashboards DESTINATION ${CMAKE_INSTALL_DATADIR}/shakedown COMPONENT shakedown)
install(DIRECTORY scenarios DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/shakedown/examples USE_SOURCE_PERMISSIONS COMPONENT shakedown)
install(FILES README.md SECURITY.md CHANGELOG.md docs/scenario-reference.md docs/glossary.md docs/metrics.md
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/shakedown COMPONENT shakedown)

install(FILES deploy/systemd/shakedown-agent-load.service deploy/systemd/shakedown-agent-inject.service
        deploy/systemd/shakedown-sweep.service DESTINATION lib/systemd/system COMPONENT shakedown-agent)
install(FILES deploy/systemd/shakedown.sysusers DESTINATION lib/sysusers.d RENAME shakedown-agent.conf COMPONENT shakedown-agent)
install(FILES deploy/systemd/shakedown.tmpfiles DESTINATION lib/tmpfiles.d RENAME shakedown-agent.conf COMPONENT shakedown-agent)
install(FILES deploy/systemd/agent-load.env.example deploy/systemd/agent-inject.env.example deploy/policy.example.yaml deploy/README.md
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/shakedown-agent COMPONENT shakedown-agent)

# Debian packages, by `cpack` in the build folder.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME shakedown)
set(CPACK_PACKAGE_VENDOR "Shakedown")
set(CPACK_PACKAGE_CONTACT "The Shakedown maintainers <shakedown@localhost>")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_OUTPUT_FILE_PREFIX "${CMAKE_BINARY_DIR}/packages")
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL shakedown shakedown-agent shakedown-target)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS OFF)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_DEBUGINFO_PACKAGE ON)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
foreach(component shakedown shakedown-agent shakedown-target)
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${component})
endforeach()
set(CPACK_COMPONENT_SHAKEDOWN_DESCRIPTION
  "proves before a launch that a system meets its non-functional requirements
 Holds drills: drives load, breaks things, measures availability, recovery and
 loss from outside, undoes what it broke, and writes a readiness scorecard.")
set(CPACK_COMPONENT_SHAKEDOWN-AGENT_DESCRIPTION
  "load and failure injection for Shakedown
 Joins a drill from another host and does its part of the plan, within the
 policy of this host.")
set(CPACK_COMPONENT_SHAKEDOWN-TARGET_DESCRIPTION
  "practice service with scripted truth for Shakedown
 A small HTTP service whose failures are known, to try drills on.")
set(CPACK_DEBIAN_SHAKEDOWN_PACKAGE_SUGGESTS "shakedown-agent, shakedown-target, prometheus")
set(maintainer "${PROJECT_SOURCE_DIR}/deploy/debian")
set(CPACK_DEBIAN_SHAKEDOWN-AGENT_PACKAGE_CONTROL_EXTRA
  "${maintainer}/postinst;${maintainer}/prerm;${maintainer}/postrm")
set(CPACK_DEBIAN_SHAKEDOWN-AGENT_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
