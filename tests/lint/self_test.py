import unittest

from sample import LintTest


class SelfTest(LintTest):
    lint = "self"

    def test_paths_of_a_machine_are_found(self):
        for place in ("/wo" + "rk/main/x", "'/ro" + "ot/.cache'", "cd /tmp/ba" + "sh_jobs", "/ho" + "me/dana/x"):
            with self.subTest(place=place):
                self.assert_finds({"docs/a.md": f"one\nsee {place}\n"}, "docs/a.md:2")

    def test_other_paths_are_fine(self):
        self.assert_clean({"a.txt": "network/wo" + "rk/x http://h/ro" + "ot/ ${X}/wo" + "rk/ /usr/bin/python3 ./wo" + "rk/\n"})

    def test_binary_files_are_not_read(self):
        module_path = {"a.bin": "\0 /wo" + "rk/x"}
        self.assert_clean(module_path)


if __name__ == "__main__":
    unittest.main()
