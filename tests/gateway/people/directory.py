"""An OpenLDAP of our own: slapd as it is installed, on a free loopback port, with three people and two groups, and TLS."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.gateway.watch.certificates import own_certificate
from tests.peers import peer, unused_port

_CONF = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile {folder}/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
database mdb
maxsize 10485760
suffix "dc=hotel"
rootdn "cn=admin,dc=hotel"
rootpw topsecret
directory {folder}/data
overlay memberof
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="cn=admin,dc=hotel" read by users read
"""
_PEOPLE = """\
dn: dc=hotel
objectClass: dcObject
objectClass: organization
o: Hotel
dc: hotel

dn: ou=people,dc=hotel
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=hotel
objectClass: organizationalUnit
ou: groups

dn: uid=ines,ou=people,dc=hotel
objectClass: inetOrgPerson
uid: ines
cn: Ines
sn: Adler
userPassword: nine green bottles

dn: uid=odd*(one),ou=people,dc=hotel
objectClass: inetOrgPerson
uid: odd*(one)
cn: Odd
sn: One
userPassword: nine green bottles

dn: uid=guest,ou=people,dc=hotel
objectClass: inetOrgPerson
uid: guest
cn: Guest
sn: Guest
userPassword: nine green bottles

dn: cn=desk,ou=groups,dc=hotel
objectClass: groupOfNames
cn: desk
member: uid=ines,ou=people,dc=hotel
member: uid=odd*(one),ou=people,dc=hotel

dn: cn=bosses,ou=groups,dc=hotel
objectClass: groupOfNames
cn: bosses
member: uid=odd*(one),ou=people,dc=hotel
"""


@dataclass(frozen=True)
class OpenLdap:
    """Where it listens, and the certificate to trust."""

    plain: int
    secure: int
    certificate: Path


@contextmanager
def open_ldap(folder: Path) -> Iterator[OpenLdap]:
    """Run one."""
    slapd = peer("slapd")
    certificate, key = own_certificate(folder)
    (folder / "data").mkdir()
    conf, ldif = folder / "slapd.conf", folder / "people.ldif"
    conf.write_text(_CONF.format(folder=folder, certificate=certificate, key=key))
    ldif.write_text(_PEOPLE)
    made = OpenLdap(unused_port(), unused_port(), certificate)
    where = f"ldap://127.0.0.1:{made.plain}/ ldaps://127.0.0.1:{made.secure}/"
    process = subprocess.Popen(
        [slapd, "-f", conf, "-h", where, "-d", "0"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(made.plain)
        admin = ["-x", "-H", f"ldap://127.0.0.1:{made.plain}", "-D", "cn=admin,dc=hotel", "-w", "topsecret"]
        subprocess.run([peer("ldapadd"), *admin, "-f", ldif], check=True, capture_output=True)
        yield made
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("slapd does not answer")
