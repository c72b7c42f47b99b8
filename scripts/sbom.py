#!/usr/bin/env python3
"""Writes an SBOM (SPDX 2.3, JSON) of a release's folder, and the licences of what its programs are linked with.

usage: sbom.py FOLDER VERSION EPOCH MACHINE

FOLDER has what the archive will hold; FOLDER/licenses and FOLDER/sbom.spdx.json are written. EPOCH is the time stamp in it, in
seconds since 1970. packaging/components.tsv says what the programs are linked with. SHIM_BUILD_ROOT is the root of the system
whose compiler made them, where that is not this one. Exits with status 1, and says why, where a licence text or a version
cannot be found: no archive is made without them.
"""

import datetime
import hashlib
import json
import os
import re
import subprocess
import sys

PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# The licence of all that is not linked in.
OURS = "MIT"


class Failure(Exception):
    """What cannot be found, as a message."""


class Toolchain:
    """The compilers that made the programs, on this system or in another root."""

    def __init__(self, root):
        self.root = root
        swift = self.run("sh", "-c", 'readlink -f "$(command -v swift)"')
        self.folder = os.path.dirname(os.path.dirname(swift))
        self.gcc = self.run("gcc", "-dumpversion").split(".")[0]

    def run(self, *command):
        """What a command of that system prints, without the white space around it."""
        # Without /proc the loader does not know where a program is, and finds none of its libraries beside it.
        inside = ["unshare", "--mount", "sh", "-ec", 'mount -t proc proc "$0/proc"; exec chroot "$0" "$@"', self.root] if self.root else []
        return subprocess.run([*inside, *command], check=True, capture_output=True, text=True).stdout.strip()

    def version(self, source):
        """The version of a component: Swift's own, or that of a Debian package."""
        if source == "swift":
            return re.search(r"Swift version (\S+)", self.run("swift", "--version"))[1]
        package = source.removeprefix("dpkg:").format(gcc=self.gcc)
        if not self.root:
            return self.run("dpkg-query", "-W", "-f=${Version}", package)
        # There the libraries are those of the SDK, unpacked from this package of the other architecture.
        return re.search(r"^Version: (\S+)", self.run("apt-cache", "show", "--no-all-versions", package + ":arm64"), re.M)[1]

    def licence_files(self, name, column):
        """The files with a licence's text: the first set of the column that is there."""
        tried = []
        for choice in column.format(toolchain=self.folder, gcc=self.gcc).split(" | "):
            paths = [self.root + path if path[0] == "/" else os.path.join(PROJECT, path) for path in choice.split()]
            if all(os.path.isfile(path) for path in paths):
                return paths
            tried += [path for path in paths if not os.path.isfile(path)]
        raise Failure(f"the licence of {name} is not on this system: {', '.join(tried)}")


def components(toolchain):
    """Name, version, licence, source and licence files of each row of components.tsv."""
    with open(os.path.join(PROJECT, "packaging/components.tsv"), encoding="utf-8") as table:
        for line in table:
            if line.startswith("#") or not line.strip():
                continue
            name, source, licence, home, texts = line.rstrip("\n").split("\t")
            yield name, toolchain.version(source), licence, home, toolchain.licence_files(name, texts)


def identifier(text):
    """Text as a part of an SPDX identifier."""
    return re.sub(r"[^A-Za-z0-9.-]", "-", text.replace("+", "p"))


def file_entry(folder, path, licences):
    """What SPDX says of a file; licences has that of each component by the component's name."""
    name = os.path.relpath(path, folder)
    with open(path, "rb") as file:
        content = file.read()
    is_program = content.startswith(b"\x7fELF")
    component = os.path.splitext(os.path.basename(name))[0] if os.path.dirname(name) == "licenses" else None
    # A program has in it what it is linked with; the text of a licence is nobody's work here.
    licence = licences.get(component, OURS)
    if is_program:
        licence = " AND ".join(f"({one})" if " " in one else one for one in [OURS, *sorted(set(licences.values()))])
    return {
        "SPDXID": "SPDXRef-File-" + hashlib.sha256(name.encode()).hexdigest()[:16],
        "fileName": "./" + name, "fileTypes": ["BINARY" if is_program else "TEXT"],
        "checksums": [{"algorithm": "SHA1", "checksumValue": hashlib.sha1(content).hexdigest()},
                      {"algorithm": "SHA256", "checksumValue": hashlib.sha256(content).hexdigest()}],
        "licenseConcluded": licence, "licenseInfoInFiles": ["NOASSERTION"], "copyrightText": "NOASSERTION",
    }


def main():
    folder, version, epoch, machine = sys.argv[1:]
    linked, relations, licences = [], [], {}
    os.makedirs(os.path.join(folder, "licenses"), exist_ok=True)
    for name, its_version, licence, home, texts in components(Toolchain(os.environ.get("SHIM_BUILD_ROOT", ""))):
        with open(os.path.join(folder, "licenses", name + ".txt"), "wb") as out:
            for text in texts:
                with open(text, "rb") as file:
                    out.write(file.read())
        licences[name] = licence
        package = "SPDXRef-Package-" + identifier(name)
        linked.append({
            "SPDXID": package, "name": name, "versionInfo": its_version, "downloadLocation": home, "filesAnalyzed": False,
            "licenseConcluded": licence, "licenseDeclared": licence, "copyrightText": "NOASSERTION",
        })
        relations.append({"spdxElementId": "SPDXRef-Package-shim", "relationshipType": "STATIC_LINK",
                          "relatedSpdxElement": package})

    paths = [os.path.join(place, name) for place, _, names in os.walk(folder) for name in names]
    files = [file_entry(folder, path, licences) for path in sorted(paths)]
    # As the specification has it: the sums of the files in order, and the sum of that.
    joined = "".join(sorted(file["checksums"][0]["checksumValue"] for file in files))
    with open(os.path.join(PROJECT, "LICENSE"), encoding="utf-8") as text:
        copyright_line = next(line.strip() for line in text if line.startswith("Copyright"))
    title = f"shim-{version}-linux-{machine}"
    document = {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": title,
        "documentNamespace": f"https://spdx.org/spdxdocs/{title}-{hashlib.sha256(joined.encode()).hexdigest()}",
        "creationInfo": {
            "created": datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": ["Tool: scripts/sbom.py"],
        },
        "packages": [{
            "SPDXID": "SPDXRef-Package-shim", "name": "shim", "versionInfo": version, "downloadLocation": "NOASSERTION",
            "filesAnalyzed": True, "licenseConcluded": OURS, "licenseDeclared": OURS,
            "licenseInfoFromFiles": ["NOASSERTION"], "copyrightText": copyright_line,
            "packageVerificationCode": {"packageVerificationCodeValue": hashlib.sha1(joined.encode()).hexdigest()},
        }] + linked,
        "files": files,
        "relationships": [
            {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-Package-shim"},
            *({"spdxElementId": "SPDXRef-Package-shim", "relationshipType": "CONTAINS", "relatedSpdxElement": file["SPDXID"]}
              for file in files),
            *relations,
        ],
    }
    with open(os.path.join(folder, "sbom.spdx.json"), "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1, ensure_ascii=False)
        file.write("\n")


if __name__ == "__main__":
    try:
        main()
    except (OSError, Failure) as error:
        sys.exit(f"sbom.py: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"sbom.py: {error}: {error.stderr.strip()}")
