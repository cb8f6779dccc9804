import unittest

from sample import LintTest


class ArrowsTest(LintTest):
    lint = "arrows"

    def include(self, path, *names):
        return {path: "".join(f"#include {n if n[0] == '<' else chr(34) + n + chr(34)}\n" for n in names)}

    def test_lower_layers_are_allowed_transitively(self):
        self.assert_clean(self.include("agent/session.cc", "core/base/result.h", "core/stats/cell.h",
                                       "agent/load/schedule/pacer.h", "core/wire/link.h", "<vector>"))
        self.assert_clean(self.include("controller/judge/evaluate.cc", "controller/measure/timeline.h", "controller/model/sli.h"))

    def test_an_upward_include_is_found_with_its_line(self):
        self.assert_finds(self.include("core/base/clock.cc", "core/base/clock.h", "core/model/run.h"),
                          "core/base/clock.cc:2", "base may not use model")

    def test_forbidden_pairs(self):
        for path, name in (
                ("agent/load/schedule/pacer.cc", "core/wire/link.h"), ("agent/fault/kill.cc", "core/wire/link.h"),
                ("agent/fault/kill.cc", "core/stats/cell.h"), ("agent/engine.cc", "controller/scenario/yaml.h"),
                ("agent/engine.cc", "controller/judge/judge.h"), ("controller/drill/run.cc", "agent/engine.h"),
                ("controller/judge/x.cc", "core/runtime/loop.h"), ("controller/report/x.cc", "core/wire/link.h"),
                ("controller/scenario/x.cc", "core/stats/cell.h"), ("controller/scenario/x.cc", "controller/judge/judge.h"), ("core/runtime/x.cc", "core/model/run.h"),
                ("target/main.cc", "core/base/result.h"), ("core/base/x.h", "tests/support/fake.h")):
            with self.subTest(path=path, name=name):
                self.assert_finds(self.include(path, name), name)

    def test_only_the_controllers_main_names_both_sides(self):
        both = ("agent/engine.h", "controller/drill/run.h")
        self.assert_clean(self.include("controller/main.cc", *both))
        self.assert_finds(self.include("controller/local.cc", *both), "controller may not use agent")
        self.assert_finds(self.include("agent/main.cc", *both), "agent may not use controller")

    def test_libraries_stay_where_they_belong(self):
        for path, name in (
                ("core/model/x.cc", "<yaml-cpp/yaml.h>"), ("core/runtime/x.cc", "<grpcpp/grpcpp.h>"),
                ("core/stats/x.h", "<boost/asio/awaitable.hpp>"), ("core/wire/x.cc", "<boost/outcome.hpp>"),
                ("controller/judge/x.cc", "<boost/asio.hpp>"), ("controller/drill/run.cc", "shakedown/v1/plan.pb.h"),
                ("agent/session.cc", "<google/protobuf/message.h>")):
            with self.subTest(path=path, name=name):
                self.assert_finds(self.include(path, name), "only" if "judge" not in path else "no I/O")
        self.assert_clean(self.include("core/wire/codec.cc", "shakedown/v1/plan.pb.h"))

    def test_an_include_is_written_from_the_root(self):
        tree = self.include("core/base/clock.cc", "clock.h")
        tree["core/base/clock.h"] = ""
        self.assert_finds(tree, "from the repository's root")

    def test_tests_may_include_anything(self):
        self.assert_clean(self.include("tests/component/x.cc", "agent/engine.h", "controller/drill/run.h"))

    def test_link_lists_follow_the_arrows(self):
        self.assert_clean({"core/stats/CMakeLists.txt": "shakedown_library(stats SOURCES a.cc LINKS model base)"})
        self.assert_finds({"core/model/CMakeLists.txt": "shakedown_library(model SOURCES a.cc LINKS base stats)"},
                          "model may not link stats")
        self.assert_finds({"agent/fault/CMakeLists.txt": "shakedown_library(fault\n  LINKS model shakedown_wire)"},
                          "fault may not link wire")


if __name__ == "__main__":
    unittest.main()
