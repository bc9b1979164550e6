// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Native elements that stand for the original's element of their name, in builds with shell elements that need them.
///
/// The tree is tiny-os: busybox with bash, and no Python. What would install packages writes its arguments down.
@Suite struct NativePartsTests {
    /// A shell element that uses every one of them.
    private static let guest: [String: String] = [
        "element-deps":
            "package-installs\npkg-map\nsvc-map\ninstall-types\ninstall-bin\ninstall-static\n"
            + "dib-init-system\nmanifests\nelement-manifest\nsource-repositories",
        "environment.d/10-guest":
            "export DISTRO_NAME=debian DIB_RELEASE=bookworm DIB_INIT_SYSTEM=systemd COLOUR=red "
            + "SOURCES=$TMP_BUILD_DIR/sources DIB_INSTALLTYPE_skipped=package",
        "package-installs.yaml": """
        early: {phase: pre-install.d}
        both:
        none:
        other: {arch: nowhere}
        red: {when: COLOUR = red}
        blue: {when: COLOUR = blue}
        tool: {build-only: true}
        tool-late: {phase: post-install.d, build-only: true}
        old: {uninstall: true}
        typed: {installtype: package}
        """,
        "package-installs.json": #"{"from-json": {"phase": "install.d"}}"#,
        "pkg-map": #"""
        {"family": {"debian": {"both": "one two", "none": ""}}, "default": {"both": "other"}}
        """#,
        "svc-map": "web: {debian: apache2, default: httpd}\nplain: {suse: other}",
        "bin/install-packages": "#!/bin/sh\nprintf '%s\\n' \"$*\" >>/etc/installed",
        "bin/greet": "#!/bin/sh\necho greetings from /usr/local/bin",
        "static/etc/static/file": "static",
        "static/etc/static/.dotted": "dotted",
        "static/etc/static/file.bak": "no",
        "static/etc/marker": "replaced",
        "init-scripts/systemd/guest.service": "[Service]",
        "init-scripts/openrc/guest": "no",
        "install.d/guest-source-install/60-from-source": "echo source >/etc/type",
        "install.d/guest-package-install/60-from-package": "echo package >/etc/type",
        "source-repository-guest": """
        # Variables are expanded.
        code git /opt/code $SOURCES/code second
        guest-archive tar /opt/archive file://${SOURCES}/a.tar.gz .
        inner tar /opt/inner file://${SOURCES}/a.tar.gz
        one-file file /opt/deep/file file://$SOURCES/file
        skipped file /opt/skipped file:///nowhere
        """,
        "root.d/40-sources": """
        mkdir -p "$SOURCES/a/inner"
        cd "$SOURCES"
        echo from a file >file
        echo from an archive >a/inner/text
        tar -czf a.tar.gz -C a .
        git init --quiet --initial-branch=master code
        cd code
        for word in first second; do
            echo "$word" >text
            git add text
            git -c user.name=n -c user.email=n@example.org commit --quiet -m "$word"
            git branch "$word" || :
        done
        git reset --quiet --hard first
        """,
        "root.d/50-download": """
        echo downloaded >"$TMP_BUILD_DIR/served"
        "$TMP_HOOKS_PATH/bin/cache-url" "file://$TMP_BUILD_DIR/served" "$TMP_BUILD_DIR/cache/it"
        """,
        "extra-data.d/50-record": """
        cp "$TMP_BUILD_DIR/cache/it" "$TMP_MOUNT_PATH/etc/downloaded"
        echo recorded >"$TMP_MOUNT_PATH$DIB_MANIFEST_IMAGE_DIR/dib-manifest-guest"
        """,
        "install.d/50-ask": """
        greet >/etc/greeting
        dib-init-system >/etc/init-system
        pkg-map --element guest both none >/etc/mapped
        pkg-map --element guest --distro fedora --missing-ok --prefix - both new >>/etc/mapped
        pkg-map --element guest new 2>>/etc/mapped || echo "status $?" >>/etc/mapped
        pkg-map --element nobody new 2>>/etc/mapped || echo "status $?" >>/etc/mapped
        svc-map web plain unknown guest >/etc/services-mapped
        """,
    ]

    private func build(
        _ elements: [String: [String: String]], names: [String], options: [String] = [],
        environment: [String: String] = [:], body: (Command.Captured, FilePath) throws -> Void
    ) throws {
        try TemporaryFolder.with("parts") { folder in
            let build = try TestBuild(in: folder)
            for (name, files) in elements {
                try build.addElement(name, files.mapValues(Self.withoutEnd))
                try Command(
                    "find",
                    [
                        build.elements.string, "-path", "*/bin/*", "-exec", "chmod", "+x", "{}",
                        "+",
                    ]
                ).checkedOutput()
            }
            let run = try build.command(
                ["tiny-os"] + names, formats: "tar", options: ["-n"] + options,
                environment: environment
            ).capture()
            let tree = folder.appending("tree")
            if run.status.isSuccess {
                try Command("mkdir", [tree.string]).checkedOutput()
                let tar = build.output.appending("image.tar").string
                try Command("tar", ["-xf", tar, "-C", tree.string]).checkedOutput()
            }
            try body(run, tree)
            #expect(try build.leftovers() == [])
        }
    }

    /// `TestBuild.addElement` adds one.
    private static func withoutEnd(_ text: String) -> String {
        text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    @Test func eachPartDoesWhatShellElementsExpect() throws {
        try build(["guest": Self.guest], names: ["guest"]) { run, tree in
            #expect(run.status == .exited(0), "\(run.errorLines)")
            func text(_ path: String) throws -> String { try TextFile.read(tree.appending(path)) }
            #expect(
                try text("etc/installed") == """
                    early
                    from-json one two red tool
                    -e tool old
                    tool-late
                    -e tool-late

                    """)
            #expect(
                try text("etc/mapped") == """
                    one two
                    -other
                    -new
                    pkg-map: the map of 'guest' has no entry for package 'new' in 'debian'
                    status 1
                    pkg-map: element 'nobody' has no pkg-map
                    status 2

                    """)
            // A unit of that name is there.
            #expect(try text("etc/services-mapped") == "apache2\nplain\nunknown\nguest\n")
            #expect(try text("etc/greeting") == "greetings from /usr/local/bin\n")
            #expect(try text("etc/init-system") == "systemd\n")
            #expect(try text("usr/lib/systemd/system/guest.service") == "[Service]\n")
            #expect(try text("etc/type") == "source\n")
            #expect(try text("etc/static/file") == "static\n")
            #expect(try text("etc/static/.dotted") == "dotted\n")
            #expect(try text("etc/marker") == "replaced\n")
            #expect(try text("etc/downloaded") == "downloaded\n")
            let fixed = try FolderListing.entries(of: tree.appending("etc/static")).map(\.name)
            #expect(fixed.sorted() == [".dotted", "file"])
            #expect(!run.errorLines.contains { $0.contains("reads it") }, "no part is unserved")
        }
    }

    @Test func sourcesAreFetchedToTheirPlaces() throws {
        try build(["guest": Self.guest], names: ["guest"]) { (run, tree) throws in
            #expect(run.status == .exited(0), "\(run.errorLines)")
            func text(_ path: String) throws -> String { try TextFile.read(tree.appending(path)) }
            #expect(try text("opt/code/text") == "second\n")
            #expect(try text("opt/archive/inner/text") == "from an archive\n")
            #expect(try text("opt/inner/text") == "from an archive\n")
            #expect(try text("opt/deep/file") == "from a file\n")
            #expect(
                try text("etc/dib-source-repositories")
                    == "/opt/code\n/opt/archive\n/opt/inner\n/opt/deep/file\n")
            #expect(
                try text("etc/dib-manifests/dib-manifest-git-image").hasPrefix(
                    "code git /opt/code /"))
        }
    }

    @Test func recordsStandInTheImageAndBesideIt() throws {
        let environment = ["DIB_COLOUR": "a \"quoted\" $word"]
        try build(["guest": Self.guest], names: ["guest"], environment: environment) { run, tree in
            #expect(run.status == .exited(0), "\(run.errorLines)")
            let inside = tree.appending("etc/dib-manifests")
            let beside = tree.removingLastComponent().appending("out/image.d/dib-manifests")
            for folder in [inside, beside] {
                let names = try FolderListing.entries(of: folder).map(\.name).sorted()
                #expect(
                    names == [
                        "dib-element-manifest", "dib-manifest-git-image", "dib-manifest-guest",
                        "dib_arguments", "dib_environment",
                    ])
            }
            let elements = try TextFile.read(beside.appending("dib-element-manifest"))
            #expect(elements.split(separator: "\n").contains("guest"))
            #expect(elements.split(separator: "\n").contains("package-installs"))
            let variables = try TextFile.read(beside.appending("dib_environment"))
            #expect(variables.contains(#"declare -x DIB_COLOUR="a \"quoted\" \$word""#))
            #expect(try TextFile.read(beside.appending("dib_arguments")).contains("tiny-os guest"))
            let modes = try Command(
                "stat", ["-c", "%a %u", inside.appending("dib_environment").string]
            )
            .checkedOutput()
            #expect(modes == "600 0\n")
        }
    }

    @Test func theInstallTypeDecidesWhichHooksRunAndWhichPackagesAreInstalled() throws {
        try build(
            ["guest": Self.guest], names: ["guest"], options: ["--install-type", "package"]
        ) { (run, tree) throws in
            #expect(run.status == .exited(0), "\(run.errorLines)")
            #expect(try TextFile.read(tree.appending("etc/type")) == "package\n")
            #expect(try TextFile.read(tree.appending("etc/installed")).contains(" typed"))
        }
        try build(
            ["guest": Self.guest], names: ["guest"],
            environment: ["DIB_INSTALLTYPE_guest": "package"]
        ) { (run, tree) throws in
            #expect(run.status == .exited(0), "\(run.errorLines)")
            #expect(try TextFile.read(tree.appending("etc/type")) == "package\n")
        }
    }

    @Test func packagesOfNativeElementsAndOfTheCallerAreInstalledToo() throws {
        let system = [
            "element-deps": "package-installs",
            "environment.d/10-guest": "export DISTRO_NAME=debian",
            "bin/install-packages": "#!/bin/sh\nprintf '%s\\n' \"$*\" >>/etc/installed",
        ]
        // The element base is native and wants open-iscsi of Debian; -n leaves it out unless it is named.
        try build(
            ["guest": system], names: ["guest", "base"], options: ["-p", "curl,less"]
        ) { (run, tree) throws in
            #expect(run.status == .exited(0), "\(run.errorLines)")
            #expect(
                try TextFile.read(tree.appending("etc/installed")) == "open-iscsi\ncurl less\n")
        }
    }

    @Test func whatElementsExportReplacesADefault() throws {
        let element = [
            "element-deps": "element-manifest",
            "environment.d/20-guest": "export DIB_MANIFEST_IMAGE_DIR=/opt/records",
        ]
        try build(["guest": element], names: ["guest"]) { (run, tree) throws in
            #expect(run.status == .exited(0), "\(run.errorLines)")
            let names = try FolderListing.entries(of: tree.appending("opt/records")).map(\.name)
            #expect(names.contains("dib-element-manifest") && names.contains("dib_arguments"))
        }
    }

    @Test func aSystemWithoutAProgramThatInstallsGetsOne() throws {
        let system = [
            "element-deps": "package-installs",
            "environment.d/10-guest": "export DISTRO_NAME=debian",
            "package-installs.yaml": "tool: {build-only: true}",
            "extra-data.d/20-apt": """
            printf '#!/bin/sh\\necho "$@" | sed "s/.*confold //" >>/etc/apt-log' \
                >"$TMP_MOUNT_PATH/usr/bin/apt-get"
            chmod 755 "$TMP_MOUNT_PATH/usr/bin/apt-get"
            """,
        ]
        try build(["guest": system], names: ["guest"]) { (run, tree) throws in
            #expect(run.status == .exited(0), "\(run.errorLines)")
            #expect(
                try TextFile.read(tree.appending("etc/apt-log"))
                    == "update\ninstall tool\npurge tool\n")
        }
    }

    // MARK: Errors

    private static let faults: [(file: String, text: String, message: String)] = [
        (
            "package-installs.yaml", "a: [\n",
            "package list of element 'guest' '.../package-installs.yaml:2': did not find expected node content"
        ),
        (
            "package-installs.yaml", "a: {when: NOWHERE = 1}",
            "package list of element 'guest' '.../package-installs.yaml:1': package 'a': 'when' asks for the variable 'NOWHERE', which is not set "
                + "(element 'package-installs', phase extra-data, hook '99-squash-package-install')"
        ),
        (
            "pkg-map", "{\"default\": []",
            "package map of element 'guest' '.../pkg-map:2': did not find expected ',' or '}' (element 'package-installs', phase pre-install, hook '10-package-installs')"
        ),
        (
            "svc-map", "- web",
            "service map of element 'guest' '.../svc-map:1': no map where one of services belongs (element 'svc-map', phase extra-data, hook '10-merge-svc-map-files')"
        ),
        (
            "bin/install-packages", "#!/bin/sh\necho no luck; exit 3",
            "'install-packages early' failed: exit status 3 (element 'package-installs', phase pre-install, hook '10-package-installs')"
        ),
    ]

    @Test(arguments: faults)
    func `a part that cannot be read or done is named by element, file and line`(
        file: String, text: String, message: String
    ) throws {
        let element = Self.guest.merging([file: text]) { $1 }
        try build(["guest": element], names: ["guest"]) { run, tree in
            // Only a list of packages is looked at before the build.
            let isEarly = text == "a: [\n"
            #expect(run.status == .exited(isEarly ? 2 : 1))
            let folder = tree.removingLastComponent().appending("elements/guest").string
            let line = run.errorLines.first { $0.hasPrefix("dibhost: error: ") } ?? ""
            #expect(line.replacing(folder, with: "...") == "dibhost: error: " + message)
        }
    }
}
