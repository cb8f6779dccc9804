import unittest

from sample import LintTest


class UnlistedTest(LintTest):
    lint = "unlisted"

    def test_listed_files_are_fine(self):
        self.assert_clean({
            "core/base/CMakeLists.txt": "shakedown_library(base SOURCES a.cc sub/b.cc)",
            "core/base/a.cc": "", "core/base/sub/b.cc": "", "core/base/a.h": "",
            "tests/lint/CMakeLists.txt": "shakedown_python_test(x lint ${PROJECT_SOURCE_DIR}/tools/x.py)\n"
                                         "shakedown_python_test(y lint y_test.py)",
            "tools/x.py": "", "tests/lint/y_test.py": "", "tests/lint/help.py": ""})

    def test_a_source_that_is_not_listed_is_found(self):
        self.assert_finds({"agent/CMakeLists.txt": "shakedown_library(agent SOURCES a.cc)", "agent/a.cc": "",
                           "agent/b.cc": ""}, "agent/b.cc")

    def test_a_comment_or_the_same_name_elsewhere_does_not_list(self):
        self.assert_finds({"core/CMakeLists.txt": "# a.cc", "core/a.cc": ""}, "core/a.cc")
        self.assert_finds({"core/CMakeLists.txt": "x(a.cc)", "core/a.cc": "", "agent/a.cc": ""}, "agent/a.cc")

    def test_a_python_test_that_is_not_listed_is_found(self):
        self.assert_finds({"tests/e2e/run_test.py": ""}, "tests/e2e/run_test.py")

    def test_a_name_without_a_file_is_found(self):
        self.assert_finds({"core/CMakeLists.txt": "x(gone.cc)"}, "core/gone.cc", "does not exist")


if __name__ == "__main__":
    unittest.main()
