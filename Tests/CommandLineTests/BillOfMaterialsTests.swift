// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// The bill of materials, judged by the validators of SPDX and of package URLs (Tests/validators.txt).
struct BillOfMaterialsTests {
    /// This machine's packages, and what dpkg's grammar allows beside them.
    private static let dpkgElement = [
        "extra-data.d/50-dpkg": #"""
        cd "$TMP_MOUNT_PATH"
        printf 'ID="debian"\n' >etc/os-release
        mkdir -p var/lib/dpkg && cp /var/lib/dpkg/status var/lib/dpkg/
        add() {
            printf '\nPackage: %s\nStatus: install ok %s\nMaintainer: n\xf6 one <a@b>\nArchitecture: %s\nVersion: %s\n' "$@"
            printf 'Description: of\n more\n .\n Package: none\n'
        } >>var/lib/dpkg/status
        add 0.c++-x installed all '2:1.0~~rc1+b:2-0.1~bpo12+1'
        add same installed amd64 1
        printf 'Multi-Arch: same\n' >>var/lib/dpkg/status
        add same unpacked i386 1
        printf 'Multi-Arch: same\n' >>var/lib/dpkg/status
        add waits triggers-pending amd64 0~
        printf 'Triggers-Pending: /etc\n' >>var/lib/dpkg/status
        add half half-configured amd64 0-0-0
        add gone config-files amd64 9
        add broken half-installed amd64 9
        """#
    ]

    /// An rpm of no files in a tree with rpm, which on Debian knows no place of its own for the database.
    private static let rpmElement = [
        "extra-data.d/50-rpm": """
        work=$(mktemp -d)
        printf '%s\\n' 'Name: alpha' 'Epoch: 4' 'Version: 1.2~rc1^git' 'Release: 3' 'Summary: a' 'License: MIT' \\
            'BuildArch: noarch' %description a %files >$work/a.spec
        rpmbuild -bb --quiet --define "_topdir $work" $work/a.spec
        rpm --root "$TMP_MOUNT_PATH" --define '_dbpath /var/lib/rpm' -i --nodeps $work/RPMS/noarch/*.rpm
        cd "$TMP_MOUNT_PATH"
        rm -f usr/bin/rpm && cp /usr/bin/rpm usr/bin/
        for library in $(ldd usr/bin/rpm | grep -o '/[^ ]*'); do cp -Ln --parents "$library" .; done
        mkdir -p usr/lib/rpm && cp /usr/lib/rpm/rpmrc /usr/lib/rpm/macros usr/lib/rpm/
        rm -r $work
        """
    ]

    /// Reads package URLs of a document back, and says which are not in canonical form.
    private static let checkOfAddresses = """
        import json, sys
        from packageurl import PackageURL
        for package in json.load(open(sys.argv[1]))["packages"]:
            for reference in package.get("externalRefs", []):
                text = reference["referenceLocator"]
                url = PackageURL.from_string(text)
                assert url.to_string() == text, text
                assert url.namespace == "debian" and url.name == package["name"], text
                print(url.type, url.name, url.version, *sorted(url.qualifiers.values()))
        """

    /// What dpkg itself says of the database in `$1`.
    private static let listOfDpkg = #"""
        dpkg-query --admindir="$1" --show \
            --showformat='${db:Status-Status} deb ${Package} ${Version} ${Architecture}\n' \
            | sed -nE 's/^(installed|unpacked|half-configured|triggers-(pending|awaited)) //p' | LC_ALL=C sort
        """#

    private static func validator(_ name: String) -> FilePath {
        BuiltProducts.repository.appending(".build/validators/bin").appending(name)
    }

    private func shell(_ script: String, _ arguments: FilePath...) throws -> String {
        try Command(
            "bash", ["-c", "set -eu -o pipefail; " + script, "bash"] + arguments.map(\.string)
        ).checkedOutput()
    }

    /// Builds a tar of a small tree with these elements, its manifest and its bill of materials.
    private func withDocuments(
        of elements: [String: [String: String]], _ body: (TestBuild, FilePath) throws -> Void
    ) throws {
        try TemporaryFolder.with("bill") { folder in
            let build = try TestBuild(in: folder)
            for (name, files) in elements { try build.addElement(name, files) }
            let result = try build.command(
                ["tiny-os"] + elements.keys.sorted(), formats: "tar",
                options: ["-n", "--manifest", "--sbom"]
            ).capture()
            #expect(result.status == .exited(0), "\(result.errorLines)")
            try body(build, build.output.appending("image.spdx.json"))
        }
    }

    @Test func `validators find no fault, and every package of dpkg and rpm is there`() throws {
        let elements = ["a-dpkg": Self.dpkgElement, "b-rpm": Self.rpmElement]
        try withDocuments(of: elements) { build, document in
            let said = try Command(
                Self.validator("pyspdxtools").string, ["--infile", document.string]
            ).capture()
            #expect(said.status == .exited(0), "\(said.errorLines)")
            let listed = try shell(
                "$1 -c '\(Self.checkOfAddresses)' $2 | LC_ALL=C sort", Self.validator("python"),
                document)
            let database = build.folder.appending("dpkg")
            _ = try shell(
                "mkdir $2; tar -xOf $1 ./var/lib/dpkg/status >$2/status",
                build.output.appending("image.tar"), database)
            let expected = try shell(Self.listOfDpkg, database)
            #expect(expected.contains("deb 0.c++-x 2:1.0~~rc1+b:2-0.1~bpo12+1 all\n"))
            #expect(listed == expected + "rpm alpha 1.2~rc1^git-3 4 noarch\n")
            let named = try shell(
                "jq -c '.packages[] | select(.manager == \"rpm\")' $1",
                build.output.appending("image.manifest.json"))
            #expect(
                named == """
                    {"architecture":"noarch","manager":"rpm","name":"alpha","version":"4:1.2~rc1^git-3"}

                    """)
        }
    }

    @Test func `a tree without packages has a valid bill, and the validator finds faults`() throws {
        try withDocuments(of: [:]) { build, document in
            let validate = Self.validator("pyspdxtools").string
            try Command(validate, ["--infile", document.string]).checkedOutput()
            let faulty = build.folder.appending("faulty.spdx.json")
            _ = try shell(
                "jq '.relationships[0].relatedSpdxElement = \"SPDXRef-Other\"' $1 >$2", document,
                faulty)
            let said = try Command(validate, ["--infile", faulty.string]).capture()
            #expect(said.status != .exited(0))
        }
    }
}
