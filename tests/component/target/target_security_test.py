#!/usr/bin/python3
"""The good and the bad practice of shakedown-target that security checks look for."""

import http.client
import os
import socket
import ssl
import subprocess
import unittest
import warnings

from target_program import Target, TargetTest, read_to_end, statuses

VERSIONS = (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2,
            ssl.TLSVersion.TLSv1_3)
HARDENED = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'",
}


class SecurityTest(TargetTest):
    def setUp(self):
        super().setUp()
        self.cert = os.path.join(self.folder, "cert.pem")
        self.key = os.path.join(self.folder, "key.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=practice",
             "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2", "-keyout", self.key,
             "-out", self.cert], check=True, capture_output=True)

    def secure(self, *flags):
        return Target("--tls-cert", self.cert, "--tls-key", self.key, *flags)

    def context(self, lowest=None, highest=None, ciphers="DEFAULT@SECLEVEL=0"):
        context = ssl.create_default_context(cafile=self.cert)
        context.set_ciphers(ciphers)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # old versions are the point
            context.minimum_version = lowest or ssl.TLSVersion.TLSv1
            context.maximum_version = highest or ssl.TLSVersion.TLSv1_3
        return context

    def get(self, target, path="/health", context=None, **headers):
        connection = http.client.HTTPSConnection(
            "127.0.0.1", target.port, timeout=30, context=context or self.context())
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


class Tls(SecurityTest):
    def accepted(self, target):
        found = []
        for version in VERSIONS:
            try:
                self.assertEqual(self.get(target, context=self.context(version, version))[0], 200)
                found.append(version)
            except (ssl.SSLError, ConnectionError):
                pass
        return found

    def test_the_lowest_version_is_the_one_that_was_asked_for(self):
        for i, lowest in enumerate(("1.0", "1.1", "1.2", "1.3")):
            with self.subTest(lowest=lowest), self.secure("--tls-min", lowest) as target:
                self.assertEqual(self.accepted(target), list(VERSIONS[i:]))
        with self.secure() as target:
            self.assertEqual(self.accepted(target), list(VERSIONS[2:]))

    def test_only_the_listed_ciphers(self):
        two, three = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
        with self.secure("--ciphers", "AES128-SHA:TLS_AES_256_GCM_SHA384") as target:
            with socket.create_connection(("127.0.0.1", target.port), 30) as link:
                with self.context(two, two).wrap_socket(link, server_hostname="127.0.0.1") as tls:
                    self.assertEqual(tls.cipher()[0], "AES128-SHA")
            with socket.create_connection(("127.0.0.1", target.port), 30) as link:
                with self.context(three).wrap_socket(link, server_hostname="127.0.0.1") as tls:
                    self.assertEqual(tls.cipher()[0], "TLS_AES_256_GCM_SHA384")
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                self.get(target, context=self.context(two, two, "ECDHE+AESGCM"))

    def test_the_certificate_is_the_given_one(self):
        with self.secure() as target:
            served = ssl.get_server_certificate(("127.0.0.1", target.port))
            with open(self.cert) as file:
                self.assertEqual(served.strip(), file.read().strip())

    def test_large_bodies_and_many_requests_on_one_connection(self):
        body = os.urandom(1_000_000)
        with self.secure("--metrics-port", 0) as target:
            connection = http.client.HTTPSConnection("127.0.0.1", target.port, timeout=30,
                                                     context=self.context())
            for _ in range(3):
                connection.request("PUT", "/entries/big", body)
                self.assertEqual(connection.getresponse().read(), b"")
                connection.request("GET", "/entries/big")
                self.assertEqual(connection.getresponse().read(), body)
            connection.close()
            self.assertEqual(target.metrics()["slo_requests_good_total"], 6)

    def test_close_is_orderly(self):
        with self.secure("--close-each") as target, target.raw() as link:
            with self.context().wrap_socket(link, server_hostname="127.0.0.1") as tls:
                tls.sendall(b"GET /health HTTP/1.1\r\n\r\n")
                self.assertEqual(statuses(read_to_end(tls)), [200])  # a cut would be an error

    def test_outages_meet_tls_too(self):
        with self.secure("--outage", "0s:1h:error") as target:
            self.assertEqual(self.get(target)[0], 503)

    def test_plain_http_is_refused_on_the_port_of_tls(self):
        with self.secure() as target:
            self.assertNotIn(b"200", target.exchange(b"GET /health HTTP/1.1\r\n\r\n"))
            self.assertEqual(self.get(target)[0], 200)

    def test_plain_http_is_redirected(self):
        with self.secure("--plain-redirect-port", 0, "--security-headers") as target:
            connection = http.client.HTTPConnection("127.0.0.1", target.redirect_port, timeout=30)
            connection.request("GET", "/entries/a?x=1")
            answer = connection.getresponse()
            self.assertEqual(answer.status, 308)
            self.assertEqual(answer.getheader("Location"),
                             "https://127.0.0.1:%d/entries/a?x=1" % target.port)
            connection.close()
            self.assertEqual(target.call("PUT", "/entries/a", b"x", target.redirect_port)[0], 308)
            self.assertEqual(self.get(target, "/entries/a")[0], 404)

    def test_mistakes(self):
        wrong = os.path.join(self.folder, "wrong.pem")
        with open(wrong, "w") as file:
            file.write("no certificate")
        both = ["--tls-cert", self.cert, "--tls-key", self.key]
        for flags, word in (
            (["--tls-cert", self.cert], "--tls-key"),
            (["--tls-min", "1.2"], "--tls-cert"),
            (["--plain-redirect-port", "0"], "--tls-cert"),
            ([*both, "--tls-min", "1"], "1.0, 1.1, 1.2 or 1.3"),
            ([*both, "--ciphers", "ROT13"], "ROT13"),
            (["--tls-cert", wrong, "--tls-key", self.key], wrong),
            (["--tls-cert", self.cert, "--tls-key", "/nowhere"], "/nowhere"),
        ):
            with self.subTest(flags=flags):
                self.assertIn(word, self.fails(64, *flags))


class Practice(SecurityTest):
    def test_a_token_is_demanded(self):
        with self.secure("--require-token", "s3cret", "--metrics-port", 0) as target:
            for headers, status in (
                ({}, 401), ({"Authorization": "Bearer wrong"}, 401),
                ({"Authorization": "Basic s3cret"}, 401), ({"Authorization": "Bearer s3cret2"}, 401),
                ({"Authorization": "Bearer s3cret"}, 200), ({"authorization": "bearer s3cret"}, 200),
            ):
                with self.subTest(headers=headers):
                    self.assertEqual(self.get(target, "/entries", **headers)[0], status)
            self.assertEqual(self.get(target, "/version")[0], 401)
            self.assertEqual(self.get(target, "/health")[0], 200)
            self.assertEqual(target.metrics()['http_requests_total{code="401",method="GET"}'], 5)

    def test_a_token_belongs_to_one_request(self):
        with Target("--require-token", "t") as target:
            request = b"GET /version HTTP/1.1\r\n%s\r\n"
            token = b"Authorization: Bearer t\r\n"
            data = target.exchange(request % token + request % b"" + request % token)
            self.assertEqual(statuses(data), [200, 401, 200])
            self.assertIn(b"WWW-Authenticate: Bearer\r\n", data)

    def test_a_denied_write_is_not_done_and_calls_nobody(self):
        with Target() as ledger:
            url = "ledger=http://127.0.0.1:%d/health@1" % ledger.port
            with Target("--require-token", "t", "--calls", url) as target:
                self.assertEqual(target.call("PUT", "/entries/a", b"x")[0], 401)
                self.assertEqual(target.metrics()['dependency_requests_total{dependency="ledger"}'], 0)

    def test_security_headers(self):
        for flags, wanted in ((["--security-headers"], True), ([], False)):
            with Target(*flags) as target:
                for path in ("/health", "/nowhere", "/metrics"):
                    connection = target.connect()
                    connection.request("GET", path)
                    answer = connection.getresponse()
                    answer.read()
                    for name, value in HARDENED.items():
                        self.assertEqual(answer.getheader(name), value if wanted else None)
                    connection.close()


if __name__ == "__main__":
    unittest.main()
