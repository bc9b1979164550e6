// SPDX-License-Identifier: Apache-2.0

import Builder
import Diagnostics
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// All formats of one run, each opened by a program of its own.
struct OutputFormatTests {
    /// Everything that archives and file systems must keep, in the tree's /rich.
    private static let richElement = [
        "extra-data.d/50-rich": """
        mkdir "$TMP_MOUNT_PATH/rich"
        cd "$TMP_MOUNT_PATH/rich"
        printf 'one body\\n' >a && ln a b
        printf x >attr && setfattr -n user.note -v 'a=b c' attr
        cp /bin/true su && chmod 6755 su && setcap cap_net_raw+ep su
        mkdir acl && printf y >acl/f && setfacl -m u:1234:rw,g:77:r acl/f && setfacl -d -m u:7:rwx acl
        truncate -s 9M holes && printf end >>holes
        mknod null c 1 3 && mkfifo -m 600 fifo && ln -s /etc/x link
        : >$'\\xff\\xfe' && : >'ü 日本'
        chown 1000:1001 a
        mkdir -p ../var/lib/dpkg && cat >../var/lib/dpkg/status <<'END'
        Package: libfoo1
        Status: install ok installed
        Architecture: amd64
        Source: foo (1:2.0)
        Version: 1:2.0-1+b1
        Description: one
         Version: not this one

        Package: gone
        Status: deinstall ok config-files
        Architecture: all
        Version: 3
        END
        find . -exec touch -h -d @1600000000 {} +
        """
    ]

    /// Kind, mode, owner and link target; of files time, size, links and checksum, of nodes the device.
    ///
    /// cpio(1) sets no times of folders and links.
    private static let listing = """
        list() {
            cd "$1"
            export LC_ALL=C
            find . -printf '%y %m %U:%G %p -> %l' \\( -type f -printf ' %Ts %s %n' -o -true \\) \\
                -printf '\\n' | sort
            find . -type c -exec stat -c '%n %t:%T' {} + | sort
            find . -type f -print0 | sort -z | xargs -0 sha256sum
        }

        """

    private func shell(_ script: String, _ arguments: FilePath...) throws -> String {
        try Command(
            "bash",
            ["-c", "set -eu -o pipefail; " + script, "bash"] + arguments.map(\.string)
        ).checkedOutput()
    }

    /// Builds all formats once, in an order of no meaning, with a size that is no whole number of MiB.
    private func withOutputs(_ body: (TestBuild) throws -> Void) throws {
        try TemporaryFolder.with("formats") { folder in
            let build = try TestBuild(in: folder)
            try build.addElement("rich", Self.richElement)
            let formats = OutputFormat.images.reversed().map(\.rawValue)
            let outcome = try EventStream.run(
                build.command(
                    ["tiny-os", "rich"], formats: formats.joined(separator: ","),
                    options: [
                        "-n", "--image-size", "77000KiB", "--bmap", "--manifest", "--sbom",
                        "--checksum-algorithm", "sha512,md5",
                    ]))
            #expect(outcome.status == .exited(0), "\(outcome.lines)")
            let warnings: [String] = outcome.events.flatMap { event -> [String] in
                guard case .buildFinished(let report) = event else { return [] }
                return report.warnings
            }
            #expect(
                warnings.suffix(3) == [
                    "the cpio leaves out the extended attributes of 4 entries",
                    "the squashfs-xz leaves out the ACLs of 2 entries",
                    "the squashfs leaves out the ACLs of 2 entries",
                ])
            try body(build)
        }
    }

    /// All but those of a ramdisk, which have tests of their own.
    private static let formats = OutputFormat.allCases.filter {
        ![.kernel, .initramfs].contains($0)
    }

    @Test func everyFormatOfOneRunIsReadByItsOwnTool() throws {
        try withOutputs { build in
            #expect(try build.outputs().count == 3 * Self.formats.count)
            let sums = "cd $1; sha512sum --quiet -c *.sha512; md5sum --quiet -c *.md5"
            _ = try shell(sums, build.output)
            try expectDisks(build)
            let extracted = build.folder.appending("extracted")
            _ = try shell(
                """
                mkdir $1 $1/tar $1/cpio $1/erofs
                tar --xattrs --xattrs-include='*' --acls --numeric-owner -C $1/tar -xpf $2 2>&1
                (cd $1/cpio && cpio --quiet --no-absolute-filenames -idm <$3)
                unsquashfs -quiet -no-progress -d $1/squash $4 >$1/log
                unsquashfs -quiet -no-progress -d $1/squash-xz $5 >$1/log
                fsck.erofs --extract=$1/erofs --overwrite --preserve $6 >$1/log
                """, extracted, build.image("tar"), build.image("cpio"), build.image("squash"),
                build.image("xz.squash"), build.image("erofs"))
            for name in ["cpio", "squash", "squash-xz", "erofs"] {
                // fsck.erofs extracts neither links nor the set-user-ID bit; dump.erofs shows them.
                let shown = name == "erofs" ? "sed 's/ [0-9]*$//; s/^f 6755/f 755/'" : "cat"
                let difference = try shell(
                    Self.listing + "diff <(list $1 | \(shown)) <(list $2 | \(shown)) || :",
                    extracted.appending("tar"), extracted.appending(name))
                #expect(difference == "", "\(name)")
            }
            try expectErofs(build)
            for name in ["tar", "squash", "squash-xz"] {
                let rich = extracted.appending("\(name)/rich")
                #expect(try shell("getcap $1/su", rich).contains("cap_net_raw=ep"), "\(name)")
                let attributes = try shell(
                    "cd $1; getfattr -d attr; getfacl -np acl acl/f", rich)
                #expect(attributes.contains("user.note=\"a=b c\""), "\(name)")
                // A squashfs holds no ACLs, which the build says.
                #expect(attributes.contains("default:user:7:rwx") == (name == "tar"), "\(name)")
                #expect(attributes.contains("user:1234:rw-") == (name == "tar"), "\(name)")
            }
            try expectCompressedTars(build)
            try expectContainers(build, tree: extracted.appending("tar"))
            try expectBlockMap(build)
            try expectDocuments(build)
        }
    }

    private func expectErofs(_ build: TestBuild) throws {
        let image = build.image("erofs")
        #expect(try shell("dump.erofs --path=/rich/b $1", image).contains("Links: 2"))
        // dump.erofs shows the lowest nine bits of a mode; the rest is in the inode, 32 bytes for each number.
        let mode = try shell(
            """
            block=$(dump.erofs -s $1 | sed -n 's/.*inode metadata start block: *//p')
            number=$(dump.erofs --path=/rich/su $1 | sed -n 's/^NID: \\([0-9]*\\).*/\\1/p')
            od -An -to2 -j $((block * 4096 + number * 32 + 4)) -N 2 $1
            """, image)
        #expect(mode == " 106755\n")
    }

    private func expectDisks(_ build: TestBuild) throws {
        let raw = build.image("raw")
        let formats: [(name: String, driver: String)] = [
            ("qcow2", "qcow2"), ("vhd", "vpc"), ("dynamic.vhd", "vpc"), ("vhdx", "vhdx"),
            ("vmdk", "vmdk"), ("stream.vmdk", "vmdk"), ("vdi", "vdi"),
        ]
        for (name, driver) in formats {
            let file = build.image(name)
            let same = try shell(
                "qemu-img compare -f raw -F \(driver) $1 $2", raw, file)
            #expect(same.contains("Images are identical"), "\(name): \(same)")
            if driver != "vpc" { _ = try shell("qemu-img check -f \(driver) $1", file) }
        }
        let fixed = try shell("stat -c %s $1; tail -c 512 $1 | head -c 8", build.image("vhd"))
        #expect(fixed == "\(76 * 1_048_576 + 512)\nconectix")
        let size = try shell("qemu-img info -f vpc $1", build.image("vhd"))
        #expect(size.contains("(\(76 * 1_048_576) bytes)"), "\(size)")
        #expect(
            try shell("head -n 20 $1 | strings", build.image("stream.vmdk")).contains("streamOpt"))
    }

    private func expectCompressedTars(_ build: TestBuild) throws {
        let list = "bsdtar -cf - --format=mtree --options=mtree:all @$1"
        let expected = try shell(list, build.image("tar"))
        for (name, program) in [("tgz", "gzip"), ("tar.zst", "zstd"), ("tar.xz", "xz")] {
            _ = try shell("\(program) -qt $1", build.image(name))
            #expect(try shell(list, build.image(name)) == expected, "\(name)")
        }
        // Neither a name nor a time of its making in the header.
        #expect(
            try shell("head -c 8 $1 | od -An -tx1", build.image("tgz"))
                == " 1f 8b 08 00 00 00 00 00\n")
    }

    private func expectContainers(_ build: TestBuild, tree: FilePath) throws {
        let bundle = build.folder.appending("bundle")
        _ = try shell(
            """
            mkdir $1 $1/layout $1/aci
            tar -C $1/layout -xf $2
            umoci unpack --image $1/layout:latest $1/bundle 2>$1/log
            tar -C $1/aci -xpf $3
            skopeo copy --quiet --insecure-policy oci-archive:$2 dir:$1/oci
            skopeo copy --quiet --insecure-policy docker-archive:$4 dir:$1/docker
            """, bundle, build.image("oci.tar"), build.image("aci"), build.image("docker.tar"))
        for root in ["bundle/rootfs", "aci/rootfs"] {
            // Of a file with an ACL the header's mode has the group's own rights, not the mask.
            let difference = try shell(
                Self.listing + "diff <(list $1 | grep -v acl/f) <(list $2 | grep -v acl/f) || :",
                tree, bundle.appending(root))
            #expect(difference == "", "\(root)")
        }
        let manifest = try shell("jq -r '.acKind, .name' $1", bundle.appending("aci/manifest"))
        #expect(manifest == "ImageManifest\nimage\n")
        for (kind, name) in [("oci", "oci.tar"), ("docker", "docker.tar")] {
            let config = try shell(
                "skopeo inspect --config \(kind)-archive:$1 | jq -r '.architecture, .os'",
                build.image(name))
            #expect(config == "amd64\nlinux\n", "\(name)")
        }
        // The layer of docker's archive is the tar itself.
        _ = try shell(
            "tar -xOf $1 --wildcards '*/layer.tar' | cmp - $2", build.image("docker.tar"),
            build.image("tar"))
        let tags = try shell(
            "tar -xOf $1 manifest.json | jq -r '.[0].RepoTags[]'", build.image("docker.tar"))
        #expect(tags == "image:latest\n")
    }

    private func expectBlockMap(_ build: TestBuild) throws {
        let copy = build.folder.appending("copy.raw")
        _ = try shell(
            "bmaptool -q copy --bmap $1 $2 $3 2>&1; cmp $2 $3", build.image("bmap"),
            build.image("raw"), copy)
        let damaged = try shell(
            """
            printf x | dd of=$2 bs=1 seek=1030 conv=notrunc status=none
            bmaptool -q copy --bmap $1 $2 $2.other 2>&1 || :
            """, build.image("bmap"), copy)
        #expect(damaged.contains("checksum mismatch"), "\(damaged)")
        // A disk is seldom empty: nothing of the journal that it had may be taken for the image's.
        let found = try shell(
            """
            size=$(stat -c %s $2)
            head -c $size /dev/zero | tr '\\0' '\\377' >$3
            device=$(losetup --find --show $3)
            trap 'losetup --detach $device' EXIT
            bmaptool -q copy --bmap $1 $2 $device
            e2fsck -fn $device 2>&1
            debugfs -R 'cat <8>' $device 2>/dev/null | tail -c +1025 | tr -d '\\0' | wc -c
            """, build.image("bmap"), build.image("raw"), build.folder.appending("dirty.raw"))
        #expect(found.hasSuffix("\n0\n"), "\(found)")
    }

    private func expectDocuments(_ build: TestBuild) throws {
        let manifest = build.image("manifest.json")
        let sums = try shell(
            "cd $1; jq -r '.artifacts[] | .checksums.sha256 + \"  \" + .name' $2 | sha256sum -c",
            build.output, manifest)
        #expect(sums.split(separator: "\n").count == Self.formats.count - 1)
        let values = try shell(
            "jq -c '.elements[].name, .packages' $1", manifest)
        #expect(
            values == """
                "tiny-os"
                "rich"
                [{"architecture":"amd64","manager":"dpkg","name":"libfoo1","source":"foo","version":"1:2.0-1+b1"}]

                """)
        let references = try shell("python3 -c '\(Self.checkOfSPDX)' $1", build.image("spdx.json"))
        #expect(references == "pkg:deb/linux/libfoo1@1:2.0-1%2Bb1?arch=amd64\n")
    }

    /// The members that the schema of SPDX 2.3 demands, and what its text demands of references.
    private static let checkOfSPDX = """
        import json, sys, jsonschema
        text = {"type": "string", "minLength": 1}
        name = {"type": "string", "pattern": "^SPDXRef-[a-zA-Z0-9.-]+$"}
        def record(required):
            return {"type": "object", "required": list(required), "properties": required}
        document = json.load(open(sys.argv[1]))
        jsonschema.validate(document, record({
            "spdxVersion": {"const": "SPDX-2.3"}, "dataLicense": {"const": "CC0-1.0"},
            "SPDXID": {"const": "SPDXRef-DOCUMENT"}, "name": text,
            "documentNamespace": {"type": "string", "pattern": "^[a-z]+:[^#]+$"},
            "creationInfo": record({
                "created": {"type": "string", "pattern": "^[0-9-]{10}T[0-9:]{8}Z$"},
                "creators": {"type": "array", "items": {"type": "string", "pattern": "^Tool: .+-.+$"}}}),
            "packages": {"type": "array", "minItems": 1, "items": record(
                {"SPDXID": name, "name": text, "downloadLocation": text})},
            "relationships": {"type": "array", "items": record({
                "spdxElementId": name, "relatedSpdxElement": name, "relationshipType": text})}}))
        names = [package["SPDXID"] for package in document["packages"]]
        assert len(set(names)) == len(names)
        for relation in document["relationships"]:
            assert relation["spdxElementId"] in names + ["SPDXRef-DOCUMENT"]
            assert relation["relatedSpdxElement"] in names
        assert len(document["relationships"]) == len(names)
        for package in document["packages"]:
            for reference in package.get("externalRefs", []):
                print(reference["referenceLocator"])
        """

    /// The outputs that repeat, as the README says.
    private static let repeatable: [OutputFormat] = [
        .raw, .qcow2, .vhd, .tar, .tgz, .tarZstd, .tarXz, .squashfs, .squashfsXz, .erofs, .cpio,
        .docker, .oci, .aci,
    ]

    @Test func twoBuildsInDifferentFoldersAtDifferentTimesAreIdentical() throws {
        func build(in folder: FilePath, elementsOf other: FilePath? = nil) throws -> String {
            let build = try TestBuild(in: folder)
            if let other {
                let copy = ["-a", other.appending("elements/rich").string, build.elements.string]
                try Command("cp", copy).checkedOutput()
            } else {
                try build.addElement("rich", Self.richElement)
            }
            let command = build.command(
                ["tiny-os", "rich"],
                formats: Self.repeatable.map(\.rawValue).joined(separator: ","),
                options: ["-n", "--bmap", "--manifest", "--sbom"],
                environment: ["TINY_OS_FILL": "0"])
            let result = try command.capture()
            #expect(result.status == .exited(0), "\(result.errorLines)")
            return try shell("cd $1; sha256sum *", build.output)
        }
        try TemporaryFolder.with("first") { first in
            let sums = try build(in: first)
            #expect(sums.split(separator: "\n").count == Self.repeatable.count + 3)
            // The second of a time stamp has passed by now.
            try TemporaryFolder.with("the-second", in: first) { second in
                let again = try build(in: second, elementsOf: first)
                #expect(again == sums)
            }
        }
    }
}

extension TestBuild {
    /// The output with an ending.
    fileprivate func image(_ ending: String) -> FilePath { output.appending("image.\(ending)") }
}
