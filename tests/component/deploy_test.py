"""deploy/: every name in the manifests leads somewhere, no agent has more privilege than its comment says, the scenario is valid."""

import os
import pathlib
import re
import subprocess
import unittest

import yaml

DEPLOY = pathlib.Path(os.environ["SHAKEDOWN_SOURCE_DIR"]) / "deploy"
SHAKEDOWN = os.path.join(os.environ["SHAKEDOWN_BIN_DIR"], "shakedown")
MANIFESTS = DEPLOY / "kubernetes"


def documents():
    kustomization = yaml.safe_load((MANIFESTS / "kustomization.yaml").read_text())
    for name in kustomization["resources"]:
        yield from yaml.safe_load_all((MANIFESTS / name).read_text())


def pods():
    for one in documents():
        if one["kind"] in ("Job", "DaemonSet"):
            yield one["metadata"]["name"], one["spec"]["template"]


def containers(pod):
    return pod["spec"].get("initContainers", []) + pod["spec"]["containers"]


class Kubernetes(unittest.TestCase):
    def test_what_is_generated_is_there(self):
        kustomization = yaml.safe_load((MANIFESTS / "kustomization.yaml").read_text())
        for generated in kustomization["configMapGenerator"]:
            for name in generated["files"]:
                self.assertTrue((MANIFESTS / name).is_file(), name)

    def test_every_mount_volume_and_config_is_declared(self):
        maps = {one["name"] for one in yaml.safe_load((MANIFESTS / "kustomization.yaml").read_text())["configMapGenerator"]}
        claims = {one["metadata"]["name"] for one in documents() if one["kind"] == "PersistentVolumeClaim"}
        for name, pod in pods():
            volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
            mounted = {mount["name"] for container in containers(pod) for mount in container["volumeMounts"]}
            self.assertEqual(mounted, set(volumes), name)
            for volume in volumes.values():
                if "configMap" in volume:
                    self.assertIn(volume["configMap"]["name"], maps)
                if "persistentVolumeClaim" in volume:
                    self.assertIn(volume["persistentVolumeClaim"]["claimName"], claims)

    def test_policies_and_services_select_pods_that_exist(self):
        labels = {pod["metadata"]["labels"]["app"] for _, pod in pods()}
        found = re.findall(r"app: (shakedown-[a-z]+)", (MANIFESTS / "network-policy.yaml").read_text())
        self.assertEqual(set(found), labels)
        for one in documents():
            if one["kind"] == "Service":
                self.assertIn(one["spec"]["selector"]["app"], labels)

    def test_images_are_stages_of_the_containerfile(self):
        stages = set(re.findall(r"^FROM .* AS (\w+)$", (DEPLOY / "containers/Containerfile").read_text(), re.MULTILINE))
        for _, pod in pods():
            for container in containers(pod):
                image = container["image"]
                self.assertIn("controller" if image == "shakedown" else image.removeprefix("shakedown-"), stages)

    def test_the_number_of_agents_is_the_same_everywhere(self):
        specs = dict(pods())
        jobs = {one["metadata"]["name"]: one["spec"] for one in documents() if one["kind"] == "Job"}
        agents = yaml.safe_load((MANIFESTS / "scenario.yaml").read_text())["agents"]
        loaders = [name for name in agents if name.startswith("load-")]
        arguments = specs["controller"]["spec"]["containers"][0]["args"]
        self.assertEqual(int(arguments[arguments.index("--expect") + 1]), len(agents))
        self.assertEqual((jobs["load"]["completions"], jobs["load"]["parallelism"]), (len(loaders),) * 2)
        certs = next(v for v in specs["load"]["spec"]["volumes"] if v["name"] == "certs")["projected"]["sources"]
        self.assertEqual([source["secret"]["name"] for source in certs], [f"shakedown-{name}" for name in loaders])

    def test_only_the_agents_that_inject_are_privileged_and_their_comment_names_each_privilege(self):
        comment = (MANIFESTS / "inject-agents.yaml").read_text().split("apiVersion")[0]
        for name, pod in pods():
            for container in containers(pod):
                context = container["securityContext"]
                self.assertFalse(context["allowPrivilegeEscalation"])
                self.assertTrue(context["readOnlyRootFilesystem"])
                self.assertEqual(context["capabilities"]["drop"], ["ALL"])
                added = context["capabilities"].get("add", [])
                self.assertEqual(bool(added) or "hostPID" in pod["spec"], name == "inject", name)
                for capability in added:
                    self.assertIn(capability, comment)
            self.assertFalse(pod["spec"]["automountServiceAccountToken"])

    def test_the_scenario_is_valid(self):
        checked = subprocess.run([SHAKEDOWN, "validate", MANIFESTS / "scenario.yaml"], capture_output=True, text=True, check=False)
        self.assertEqual(checked.returncode, 0, checked.stderr)


class Readme(unittest.TestCase):
    def test_commands_and_options_exist(self):
        """Each `shakedown COMMAND --option` that deploy/README.md or a script here shows is one that the help names."""
        texts = [DEPLOY / "README.md", MANIFESTS / "secrets.sh", *DEPLOY.glob("systemd/*.example"), *MANIFESTS.glob("*-agents.yaml")]
        shown = "\n".join(path.read_text() for path in texts)
        commands = set(re.findall(r"\bshakedown ((?:certs )?[a-z]+)\b(?=[ `])", (DEPLOY / "README.md").read_text() + shown))
        known = subprocess.run([SHAKEDOWN, "--help"], capture_output=True, text=True, check=True).stdout
        for command in sorted(commands - {"certs init", "certs issue", "certs show"}):
            if re.search(rf"^  {command} ", known, re.MULTILINE):
                continue
            self.assertIn(command, {"brings", "run"}, f"no command `shakedown {command}`")
        agent = subprocess.run([SHAKEDOWN + "-agent", "--help"], capture_output=True, text=True, check=True).stdout
        for option in ("--connect", "--certs", "--name", "--policy", "--workers"):
            self.assertIn(option, shown)
            self.assertIn(option + " ", agent)


if __name__ == "__main__":
    unittest.main(verbosity=2)
