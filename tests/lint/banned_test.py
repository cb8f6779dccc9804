import unittest

from sample import LintTest


class BannedTest(LintTest):
    lint = "banned"

    def test_clock_reads_are_found_outside_their_places(self):
        for call in ("std::chrono::steady_clock::now()", "system_clock::now()", "clock_gettime(CLOCK_REALTIME, &t)",
                     "std::time(nullptr)", "time(nullptr)", "::time(NULL)", "gettimeofday(&t, nullptr)"):
            with self.subTest(call=call):
                code = f"void f() {{\n  auto x = {call};\n}}\n"
                self.assert_finds({"agent/load/a.cc": code}, "agent/load/a.cc:2", "[clock]")
                for place in ("core/runtime/a.cc", "core/base/clock.cc", "target/a.cc", "tests/bench/a.cc"):
                    self.assert_clean({place: code})

    def test_words_that_only_look_like_clock_reads(self):
        self.assert_clean({"core/a.cc": "x.time(0); run_time(nullptr); // time(nullptr)\nlog(\"time(nullptr)\");\n"})

    def test_sleeps(self):
        for call in ("std::this_thread::sleep_for(1s)", "usleep(10)", "sleep(1)", "this_thread::sleep_until(t)"):
            with self.subTest(call=call):
                self.assert_finds({"tests/unit/a.cc": f"{call};\n"}, "[sleep]")
                self.assert_clean({"tests/support/a.cc": f"{call};\n", "target/b.cc": f"{call};\n"})
        self.assert_clean({"agent/a.cc": "co_await sleep(clock, d); clock.sleep_before(x); co_await sleep_for(1s);\n"})

    def test_detached(self):
        for call in ("co_spawn(e, f(), asio::detached)", "co_spawn(e, f(), detached)", "worker.detach()"):
            with self.subTest(call=call):
                self.assert_finds({"agent/a.cc": f"{call};\n"}, "[detached]")
        self.assert_clean({"agent/a.cc": "bool detached = is_detached(x); // detached)\n"})

    def test_temporaries_that_gcc_12_destroys_twice(self):
        for code in ("co_await run([x](int v) { return v + x; })", "co_await co_spawn(e, [this] { go(); }, token)",
                     "co_await run([&]() mutable { n++; })", "co_await call({.a = 1, .b = x})",
                     "auto r = co_await call(1, {x, y})", "co_await call(Options{1, name})",
                     "auto r = both(Options{a}, co_await g())", "if (co_await call({.a = 1})) { go(); }",
                     "co_return Pair{co_await f(), 1}", "TRY(auto v, co_await send(Frame{a}))"):
            with self.subTest(code=code):
                self.assert_finds({"agent/a.cc": f"task f() {{\n  g();\n  {code};\n}}\n"}, "agent/a.cc:3", "[co_await]")

    def test_expressions_that_are_fine(self):
        for code in ("auto g = [x] { return x; };\n  co_await run(std::move(g))", "co_await run([] { return 1; })",
                     "Options o{1, 2};\n  co_await call(std::move(o))", "co_await call({}, Options{})",
                     "if (co_await f(x)) { h({.a = 1}); }", "while (co_await f()) { auto k = [x] { y(); }; }",
                     "a[i] = co_await f(b[j](1), c[k])", "if (a) { h(Foo{1}); }\n  co_await f(x)",
                     "for (auto& p : co_await f()) { h([p] { k(); }); }", "h(Foo{1});\n  co_await f()"):
            with self.subTest(code=code):
                self.assert_clean({"agent/a.cc": f"task f() {{\n  g();\n  {code};\n}}\n"})

    def test_an_sli_is_not_asked_what_it_is(self):
        for call in ("std::get_if<RtoSli>(&sli)", "std::holds_alternative<RpoSli>(r.sli)", "std::get<LatencySli>(sli)"):
            with self.subTest(call=call):
                self.assert_finds({"controller/report/a.cc": f"auto x = {call};\n"}, "controller/report/a.cc:1", "[sli]")
                self.assert_clean({"controller/model/looks_at.cc": f"auto x = {call};\n", "tests/unit/a.cc": f"{call};\n"})
        self.assert_clean({"controller/a.cc": "auto x = std::get_if<OpenLoad>(&load.kind);\n"})

    def test_a_visitor_of_slis_has_no_default(self):
        known = "struct V {\n  int operator()(const RtoSli&) const { return 1; }\n"
        for default in ("int operator()(const auto&) const { return 0; }",
                        "template <class Other>\n  int operator()(const Other&) const { return 0; }"):
            with self.subTest(default=default):
                self.assert_finds({"controller/report/a.cc": f"{known}  {default}\n}};\n"}, "[sli]")
        self.assert_clean({"controller/a.cc": known + "  int operator()(const OneOf<RpoSli, MtbfSli> auto&) const;\n};\n"})

    def test_an_excuse_needs_the_rule_and_a_reason(self):
        call = "auto x = steady_clock::now();"
        self.assert_clean({"agent/a.cc": f"{call}  // allow(clock): the watchdog outlives the loop\n"})
        self.assert_clean({"agent/a.cc": f"// allow(clock): the watchdog outlives the loop\n{call}\n"})
        self.assert_finds({"agent/a.cc": f"{call}  // allow(clock):\n"}, "[clock]")
        self.assert_finds({"agent/a.cc": f"{call}  // allow(sleep): no\n"}, "[clock]")


if __name__ == "__main__":
    unittest.main()
