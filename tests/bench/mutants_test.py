"""The score counts what it says it counts, and a mutated object takes the place of the untouched one."""
import contextlib
import io
import unittest

import mutants


def one(key, result):
    return {"key": key, "file": "controller/measure/bounds/knee.cc", "line": 7, "old": "a < b", "new": "a <= b", "result": result}


class Score(unittest.TestCase):
    def score(self, results, known=None):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            score = mutants.report(results, known or {})
        return score, printed.getvalue()

    def test_what_does_not_compile_does_not_count(self):
        self.assertEqual(self.score([one("a", "caught"), one("b", "no build"), one("c", "lived")])[0], 0.5)

    def test_an_equivalent_has_a_reason_or_the_same_code(self):
        results = [one("a", "caught"), one("b", "lived"), one("c", "same code")]
        self.assertEqual(self.score(results)[0], 0.5)
        score, printed = self.score(results, {"b": "never reached"})
        self.assertEqual(score, 1)
        self.assertIn("never reached", printed)

    def test_a_claim_does_not_hide_that_a_test_notices(self):
        self.assertEqual(self.score([one("a", "caught"), one("b", "lived")], {"a": "changes nothing"})[0], 0.5)

    def test_nothing_tried_is_no_score(self):
        self.assertEqual(self.score([])[0], 0)


class Drawing(unittest.TestCase):
    def test_a_mutation_keeps_its_name_when_lines_move(self):
        moved = ((7, "  a < b", "  a <= b"), (9, "a < b ", "a <= b"))
        keys = {mutants.key_of(("x.cc", line, old, new)) for line, old, new in moved}
        self.assertEqual(len(keys), 1)
        self.assertNotEqual(keys, {mutants.key_of(("x.cc", 7, "a < b", "a > b"))})

    def test_lines_without_code_are_not_mutated(self):
        for line in ("", "  // a < b", "#include <map>", "}", "  };  // end", "namespace x {", "private:"):
            self.assertTrue(mutants.NO_CODE.match(line), line)
        self.assertFalse(mutants.NO_CODE.match("  if (a < b) return;"))


class Linking(unittest.TestCase):
    COMMAND = (": && /usr/bin/c++ -O1 tests/a.o -o tests/unit_x  core/stats/libshakedown_stats.a "
               " core/base/libshakedown_base.a && :")

    def test_the_mutant_comes_before_the_archives(self):
        self.assertEqual(mutants.link_command(self.COMMAND, "shakedown_stats", "m.o", "out/x"),
                         ["/usr/bin/c++", "m.o", "-O1", "tests/a.o", "-o", "out/x", "core/stats/libshakedown_stats.a",
                          "core/base/libshakedown_base.a"])

    def test_a_program_without_the_library_is_not_linked(self):
        self.assertIsNone(mutants.link_command(self.COMMAND, "shakedown_judge", "m.o", "out/x"))


if __name__ == "__main__":
    unittest.main()
