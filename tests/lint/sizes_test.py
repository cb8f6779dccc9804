import unittest

from sample import LintTest

import sizes


def function(lines, name="long_one"):
    return f"int {name}(int a) {{\n" + "  a++;\n" * (lines - 2) + "}\n"


class SizesTest(LintTest):
    lint = "sizes"

    def test_limits_are_inclusive(self):
        self.assert_clean({"core/a.cc": "//\n" * 400, "core/b.cc": function(80)})

    def test_a_long_file_is_found(self):
        self.assert_finds({"core/a.cc": "//\n" * 401}, "core/a.cc", "401 lines")

    def test_a_long_function_is_found_with_its_line(self):
        self.assert_finds({"agent/a.cc": "#include <x>\n\n" + function(81)}, "agent/a.cc:3: long_one", "81 lines")

    def test_a_long_method_is_found_inside_namespace_and_class(self):
        text = "namespace a::b {\nclass C : public D {\n public:\n" + function(81, "go") + "};\n}  // namespace\n"
        self.assert_finds({"core/a.h": text}, "core/a.h:4: go")

    def test_lambdas_count_towards_their_function(self):
        text = "void f() {\n  auto g = [](int x) {\n" + "    x++;\n" * 50 + "  };\n" + "  g(1);\n" * 50 + "}\n"
        self.assert_finds({"core/a.cc": text}, "f: 104 lines")

    def test_braces_in_literals_and_comments_do_not_count(self):
        text = 'int f() {\n  g("{{{", \'{\', R"x({ "{ )x");  // {\n  /* { */\n}\n' + function(20, "h")
        self.assertEqual([(n, k) for n, _, k in sizes.functions(text)], [("f", 4), ("h", 20)])

    def test_constructors_with_braced_initialisers(self):
        text = "Foo::Foo(int a)\n    : a_{a}, b_(2) {\n" + "  x();\n" * 5 + "}\n" + function(9, "h")
        self.assertEqual([k for _, _, k in sizes.functions(text)][-2:], [7, 9])

    def test_an_exception_excuses_and_only_shrinks(self):
        tree = {"core/a.cc": "//\n" * 410, sizes.EXCEPTIONS: "core/a.cc 410\n"}
        self.assert_clean(tree)
        self.assert_finds(dict(tree, **{"core/a.cc": "//\n" * 411}), "more than its exception")
        self.assert_finds(dict(tree, **{"core/a.cc": "//\n" * 405}), "write 405")
        self.assert_finds(dict(tree, **{"core/a.cc": "//\n" * 10}), "needs no exception")
        self.assert_finds({sizes.EXCEPTIONS: "core/gone.cc 500  # why\n"}, "does not exist")
        self.assert_clean({"core/a.cc": function(90), sizes.EXCEPTIONS: "core/a.cc:long_one 90\n"})

    def test_percentile(self):
        self.assertEqual(sizes.percentile(range(1, 101), 0.95), 95)
        self.assertEqual(sizes.percentile([7], 0.95), 7)
        self.assertEqual(sizes.percentile([], 0.95), 0)


if __name__ == "__main__":
    unittest.main()
