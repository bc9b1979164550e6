// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// What `make install` puts below a prefix, and that it comes off again.
@Suite struct InstallTests {
    private static func files(of tree: FilePath) throws -> [String] {
        try Command("find", [tree.string, "!", "-type", "d", "-printf", "%P\n"]).checkedOutput()
            .split(separator: "\n").map(String.init).sorted()
    }

    private static func binaries(of tree: FilePath) throws -> [FilePath] {
        let script = """
            find "$1" -type f | while read -r file; do
                [ "$(head -c 4 "$file" | tail -c 3)" != ELF ] || echo "$file"
            done
            """
        return try Command("sh", ["-c", script, "sh", tree.string]).checkedOutput()
            .split(separator: "\n").map { FilePath(String($0)) }
    }

    @Test func noBinaryHoldsAPathOfTheBuildOrTheToolchain() throws {
        let tree = try InstalledTree.shared()
        let binaries = try Self.binaries(of: tree)
        #expect(binaries.count > 15)
        let runtime = try Command(
            "patchelf", ["--print-rpath", BuiltProducts.dibhost.string]
        ).checkedOutput().split(separator: ":")[0]
        let toolchain = runtime.split(separator: "/lib/swift/")[0]
        let paths = [BuiltProducts.repository.string, String(toolchain), tree.string]
        for path in paths {
            let found = try Command(
                "grep",
                ["--recursive", "--files-with-matches", "--fixed-strings", path, tree.string]
            ).capture()
            #expect(found.output == "", "'\(path)'")
        }
        for binary in binaries {
            let dynamic = try Command("readelf", ["--dynamic", "--wide", binary.string])
                .checkedOutput().split(separator: "\n")
            for line in dynamic where line.contains("(RUNPATH)") || line.contains("(RPATH)") {
                #expect(line.contains("[$ORIGIN") && !line.contains(":/"), "\(line) in \(binary)")
            }
        }
    }

    /// What a Debian without a toolchain has, by the packages of the README.
    private static let systemLibraries: Set<String> = [
        "ld-linux-x86-64.so.2", "libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6",
        "libarchive.so.13", "libcrypto.so.3", "libzstd.so.1", "libffi.so.8", "libext2fs.so.2",
        "libcom_err.so.2", "libyaml-0.so.2",
    ]

    @Test func theRuntimeIsExactlyWhatTheFilesNeed() throws {
        let tree = try InstalledTree.shared()
        var needed: Set<String> = []
        for binary in try Self.binaries(of: tree) {
            let lines = try Command("readelf", ["--dynamic", "--wide", binary.string])
                .checkedOutput().split(separator: "\n").filter { $0.contains("(NEEDED)") }
            needed.formUnion(lines.map { String($0.split { "[]".contains($0) }[1]) })
        }
        let runtime = try FolderListing.entries(of: tree.appending("lib/dibhost/swift"))
            .map(\.name)
        #expect(needed.subtracting(Self.systemLibraries).sorted() == runtime.sorted())
    }

    @Test func aMovedTreeFindsItsElements() throws {
        try TemporaryFolder.with("moved") { folder in
            let tree = folder.appending("elsewhere")
            try Command("cp", ["-a", try InstalledTree.shared().string, tree.string])
                .checkedOutput()
            let list = try Command(
                tree.appending("bin/dibhost").string, ["elements", "list"],
                environment: ["PATH": "/usr/bin:/bin"]
            ).checkedOutput()
            #expect(list.contains("\(tree)/lib/dibhost/plugins/vm.so\n"), "\(list)")
            #expect(list.contains("\(tree)/share/dibhost/elements/timezone\n"), "\(list)")

            let plugin = tree.appending("lib/dibhost/plugins/vm.so")
            try Command("chmod", ["o+w", plugin.string]).checkedOutput()
            let changed = try Command(
                tree.appending("bin/dibhost").string, ["elements", "list"],
                environment: ["PATH": "/usr/bin:/bin"]
            ).checkedOutput()
            #expect(changed.contains("'\(plugin)' can be written to by other users"))
        }
    }

    @Test func theDoctorNamesTheLibraryThatTheWorkerLacks() throws {
        try TemporaryFolder.with("doctor") { folder in
            let tree = folder.appending("tree")
            try Command("cp", ["-a", try InstalledTree.shared().string, tree.string])
                .checkedOutput()
            let worker = tree.appending("libexec/dibhost/dibhost-worker").string
            try Command("patchelf", ["--add-needed", "libnowhere.so.7", worker]).checkedOutput()
            let run = try Command(tree.appending("bin/dibhost").string, ["doctor"]).capture()
            #expect(run.status == .exited(3))
            #expect(
                run.output.contains(
                    "missing dibhost-worker  cannot load 'libnowhere.so.7' (package libnowhere7)"),
                "\(run.output)")
            #expect(run.errorLines.joined().contains("apt-get install --yes libnowhere7"))
        }
    }

    @Test func uninstallingLeavesWhatOthersPutThere() throws {
        try TemporaryFolder.with("uninstall") { folder in
            let prefix = folder.appending("pre fix")
            try TextFile.write("", to: prefix.appending("bin/other"))
            try TextFile.write("", to: prefix.appending("lib/dibhost/plugins/vendor.so"))
            try InstalledTree.make("install-products", prefix: prefix.string)
            // What an earlier version installed and this one does not.
            let list = prefix.appending("lib/dibhost/installed-files")
            try TextFile.write("", to: prefix.appending("share/dibhost/old/file"))
            try TextFile.write(
                TextFile.read(list) + "share/dibhost/old/file\n", to: list)
            try InstalledTree.make("install-products", prefix: prefix.string)
            let installed = try Self.files(of: prefix)
            #expect(!installed.contains("share/dibhost/old/file"))
            #expect(installed.contains("bin/dibhost"))

            try InstalledTree.make("uninstall", prefix: prefix.string)
            let left = try Self.files(of: prefix)
            #expect(left == ["bin/other", "lib/dibhost/plugins/vendor.so"])
            let folders = try Command(
                "find", [prefix.string, "-type", "d", "-empty"]
            ).checkedOutput()
            #expect(folders.isEmpty)
        }
    }

    @Test func installingWhereOthersCanWriteEndsWithAnError() throws {
        try TemporaryFolder.with("open") { folder in
            let prefix = folder.appending("open")
            try Command("mkdir", ["-m", "0775", prefix.string]).checkedOutput()
            let script = Command(
                BuiltProducts.repository.appending("Scripts/install").string,
                [BuiltProducts.folder.string, prefix.string])
            let run = try script.capture()
            #expect(run.status == .exited(2))
            let reason = "lies in '\(prefix)', which can be written to by other users"
            #expect(run.errorLines.first?.contains(reason) == true, "\(run.errorLines)")
        }
    }

    @Test func aListThatLeadsOutOfThePrefixIsRefused() throws {
        try TemporaryFolder.with("uninstall") { folder in
            let victim = folder.appending("victim")
            try TextFile.write("", to: victim)
            for line in ["../victim", victim.string, "bin/../../victim"] {
                try TextFile.write(
                    line + "\n", to: folder.appending("prefix/lib/dibhost/installed-files"))
                #expect(throws: (any Error).self) {
                    try InstalledTree.make(
                        "uninstall", prefix: folder.appending("prefix").string)
                }
                #expect(try victim.stat().type == .regular)
            }
        }
    }

    @Test func anOrdinaryUserInstallsForItselfWhateverTheUmask() throws {
        try TemporaryFolder.with("home") { folder in
            try Self.copySources(to: folder)
            let script = """
                umask 077
                cd "$1"
                mkdir home
                Scripts/install products "$1/home/.local" >&2
                exec "$1/home/.local/bin/dibhost" elements list
                """
            var command = Command(
                "sh", ["-c", script, "sh", folder.string],
                environment: ["PATH": "/usr/bin:/bin", "HOME": folder.appending("home").string])
            command.credentials = .init(user: 12345, group: 12345, groups: [])
            let run = try command.capture()
            #expect(run.status == .exited(0), "\(run.errorLines)")
            #expect(run.output.contains("/home/.local/lib/dibhost/plugins/base.so"))

            let tree = folder.appending("home/.local")
            let modes = try Command("find", [tree.string, "-printf", "%y %m %P\n"])
                .checkedOutput().split(separator: "\n").map { $0.split(separator: " ") }
            for entry in modes {
                let path = entry.dropFirst(2).joined(separator: " ")
                let isProgram = path.hasPrefix("bin/") || path.hasPrefix("libexec/")
                switch entry[0] {
                case "d": #expect(entry[1] == "755", "\(path)")
                case "l": #expect(path.hasPrefix("bin/") || path.hasPrefix("share/man/"))
                case _ where isProgram: #expect(entry[1] == "755", "\(path)")
                default: #expect(["644", "755"].contains(entry[1]), "\(path)")
                }
            }
        }
    }

    /// The parts of the repository and of its products that are installed, for a user who may not read the build.
    private static func copySources(to folder: FilePath) throws {
        let script = """
            set -eu
            repository=$1 products=$2
            cd "$3"
            mkdir products Sources
            cp -r "$repository"/{Scripts,Plugins,elements-legacy} .
            cp -r "$repository"/Sources/{CElement,ElementAPI} Sources
            cp "$products"/{dibhost,dibhost-worker,dibhost-init,ManualPages} products
            for plugin in Plugins/*/; do cp "$products/lib$(basename "$plugin").so" products; done
            chmod -R a+rX . && chown 12345 .
            """
        try Command(
            "bash",
            [
                "-c", script, "bash", BuiltProducts.repository.string,
                BuiltProducts.folder.string, folder.string,
            ]
        ).checkedOutput()
    }
}
