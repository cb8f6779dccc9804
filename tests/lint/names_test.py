import unittest

from sample import LintTest


class NamesTest(LintTest):
    lint = "names"

    def test_one_name_for_one_type(self):
        self.assert_clean({
            "agent/a.h": "namespace shakedown {\nstruct A {\n  int x;\n};\nstruct B;\n}  // namespace shakedown\n",
            "core/b.h": "namespace shakedown {\nstruct B {\n};\n}  // namespace shakedown\n",
            "agent/b.cc": "namespace shakedown {\nnamespace {\nstruct A {\n};\n}  // namespace\n}  // namespace shakedown\n",
            "agent/c.cc": "namespace shakedown {\nstruct A::Inner {\n};\n}  // namespace shakedown\n",
            "controller/d.h": "namespace shakedown::other {\nstruct A {\n};\n}  // namespace shakedown::other\n",
            "target/e.h": "namespace shakedown {\nstruct A {\n};\n}  // namespace shakedown\n"})

    def test_a_type_of_the_same_name_on_the_other_side_is_found(self):
        self.assert_finds({
            "agent/a.h": "namespace shakedown {\nstruct Decoded {\n  int text;\n};\n}  // namespace shakedown\n",
            "controller/b.h": "namespace shakedown {\n// A scenario.\nclass Decoded {\n};\n}  // namespace shakedown\n"},
            "controller/b.h:3", "agent/a.h")

    def test_one_in_a_source_is_found_too(self):
        self.assert_finds({
            "agent/a.h": "namespace shakedown {\nstruct A {\n};\n}  // namespace shakedown\n",
            "controller/b.cc": "namespace shakedown {\nnamespace {\nint f() {\n  return 1;\n}\n}  // namespace\nstruct A {\n};\n"
                               "}  // namespace shakedown\n"}, "controller/b.cc:7")


if __name__ == "__main__":
    unittest.main()
