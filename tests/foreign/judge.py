"""The judge: JAX-WS with schema validation, which shares no code with lxml and zeep, says whether a request is allowed.

The request is really posted to a JAX-WS service of our WSDL. One Java process a session serves every WSDL it is asked
about; it starts in about two seconds, and is compiled into the session's own folder first.
"""

from __future__ import annotations

import http.client
import re
import subprocess
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tests.peers import PEERS, missing, peer

SOURCE: Final = Path(__file__).parent / "java" / "Judge.java"
#: Where Debian keeps Java libraries. The first names the rest that it needs.
JARS: Final = Path("/usr/share/java")
NAMES: Final = ("jaxws-rt", "jaxb-runtime", "jaxb-core", "istack-commons-runtime", "txw2", "javax.activation")
_FAULT: Final = re.compile(r"<(?:\w+:)?(?:faultstring|Text)[^>]*>(.*?)</", re.DOTALL)


class Judge:
    """The running judge."""

    def __init__(self, folder: Path) -> None:
        java, javac = peer("java"), peer("javac")
        path = ":".join(str(JARS / f"{name}.jar") for name in NAMES)
        if not (JARS / "jaxws-rt.jar").exists():
            missing("JAX-WS", PEERS["wsimport"].package)
        subprocess.run([javac, "-nowarn", "-cp", path, "-d", folder, SOURCE], check=True, capture_output=True)
        self._log = (folder / "judge.log").open("wb")
        self._process = subprocess.Popen(
            [java, "-XX:TieredStopAtLevel=1", "-cp", f"{folder}:{path}", "Judge"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self._ports: dict[Path, dict[str, str]] = {}

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=20)
        self._process.stdout.close()
        self._log.close()

    def ports(self, wsdl: Path) -> dict[str, str]:
        """The addresses at which the ports of a WSDL are judged, by the port's name."""
        if wsdl not in self._ports:
            self._ports[wsdl] = self._publish(wsdl)
        return self._ports[wsdl]

    def problem(self, wsdl: Path, envelope: bytes, *, action: str = "", port: str = "") -> str:
        """Why the schema does not allow this request; "" if it does. Without `port` the WSDL's first is asked."""
        ports = self.ports(wsdl)
        address = urlsplit(ports[port] if port else next(iter(ports.values())))
        newer = b"http://www.w3.org/2003/05/soap-envelope" in envelope
        kind = "application/soap+xml" if newer else "text/xml"
        connection = http.client.HTTPConnection("127.0.0.1", address.port or 0, timeout=30)
        headers = {"Content-Type": f"{kind}; charset=utf-8", "SOAPAction": f'"{action}"'}
        connection.request("POST", address.path, envelope, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if answer.status == 202 and not text:
            return ""
        found = _FAULT.search(text)
        return found[1].strip() if found else f"{answer.status} {text[:400]}"

    def _publish(self, wsdl: Path) -> dict[str, str]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{wsdl.resolve()}\n")
        self._process.stdin.flush()
        found: dict[str, str] = {}
        while line := self._process.stdout.readline().strip():
            name, *rest = line.split("\t")
            assert name != "!", f"JAX-WS cannot serve {wsdl}: {rest}"
            found[rest[0]] = rest[1]
        assert found, f"JAX-WS found no port in {wsdl}, or has ended"
        return found
