// SPDX-License-Identifier: Apache-2.0

import Builder
import Foundation
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// Which time a build takes for its own: never that of the clock.
struct SourceDateTests {
    /// A build of tiny-os and of an element that notes what its hooks see; all files of both are from 2017 or older.
    private func withDatedElements(_ body: (TestBuild) throws -> Void) throws {
        try TemporaryFolder.with("source-date") { folder in
            let build = try TestBuild(in: folder)
            try build.addElement(
                "dated",
                [
                    "root.d/20-dated": """
                    echo "root $SOURCE_DATE_EPOCH"
                    : >"$TARGET_ROOT/usr/share/from-a-package"
                    touch -d @1600000000 "$TARGET_ROOT/usr/share/from-a-package"
                    : >"$TARGET_ROOT/etc/not-a-program"
                    touch -d @1700000000 "$TARGET_ROOT/etc/not-a-program"
                    """,
                    "extra-data.d/50-dated": "echo \"extra-data $SOURCE_DATE_EPOCH\"",
                    "install.d/50-dated": "echo \"install $SOURCE_DATE_EPOCH\"; : >/etc/made",
                ])
            let system = BuiltProducts.fixtureElements.appending("tiny-os")
            let script = "cp -a $2 $1; find $1 -exec touch -h -d @1500000000 {} +"
            try Command("sh", ["-c", script, "sh", build.elements.string, system.string])
                .checkedOutput()
            try body(build)
        }
    }

    private func touch(_ path: FilePath, _ time: Int) throws {
        try Command("touch", ["-d", "@\(time)", path.string]).checkedOutput()
    }

    private func plan(
        _ build: TestBuild, options: [String] = [], environment: [String: String] = [:]
    ) throws -> BuildPlan {
        var command = build.command(
            ["tiny-os", "dated"], options: ["-n", "--json"] + options, environment: environment)
        command.arguments[0] = "plan"
        return try JSONDecoder().decode(BuildPlan.self, from: Data(command.checkedOutput().utf8))
    }

    @Test func aPlanNamesTheNewestInput() throws {
        try withDatedElements { build in
            #expect(try plan(build).sourceDate?.seconds == 1_500_000_000)
            let hook = build.elements.appending("dated/install.d/50-dated")
            try touch(hook, 1_510_000_000)
            #expect(
                try plan(build).sourceDate
                    == SourceDate(seconds: 1_510_000_000, origin: .input(hook.string)))
            let (layout, settings) = (
                build.folder.appending("layout.yaml"), build.folder.appending("build.yaml")
            )
            let root = "mkfs: {type: ext4, mount: {mount_point: /}}"
            try TextFile.write("- local_loop: {name: image0, \(root)}", to: layout)
            try TextFile.write("bmap: false", to: settings)
            try touch(layout, 1_520_000_000)
            try touch(settings, 1_530_000_000)
            let variables = ["DIB_BLOCK_DEVICE_CONFIG": "file://\(layout)"]
            #expect(
                try plan(build, environment: variables).sourceDate?.origin == .input(layout.string))
            let options = ["--config", settings.string]
            #expect(
                try plan(build, options: options, environment: variables).sourceDate
                    == SourceDate(seconds: 1_530_000_000, origin: .input(settings.string)))
            let chosen = ["SOURCE_DATE_EPOCH": "1400000000"]
            #expect(
                try plan(build, options: options, environment: chosen).sourceDate
                    == SourceDate(seconds: 1_400_000_000, origin: .environment))
        }
    }

    @Test func hooksSeeItAndWhatPhaseRootBringsCanMoveIt() throws {
        try withDatedElements { build in
            let seen = try run(build)
            #expect(
                seen.hooks == ["root 1500000000", "extra-data 1600000000", "install 1600000000"])
            #expect(seen.tree == "1600000000 etc/made\n1600000000 etc/not-a-program\n")
        }
    }

    @Test func whatTheUserSetsStays() throws {
        try withDatedElements { build in
            let seen = try run(build, ["SOURCE_DATE_EPOCH": "1650000000"])
            #expect(
                seen.hooks == ["root 1650000000", "extra-data 1650000000", "install 1650000000"])
            #expect(seen.tree == "1650000000 etc/made\n1650000000 etc/not-a-program\n")
        }
    }

    /// What hooks saw, and the times of two files in the image.
    private func run(
        _ build: TestBuild, _ environment: [String: String] = [:]
    ) throws -> (hooks: [String], tree: String) {
        let outcome = try EventStream.run(
            build.command(
                ["tiny-os", "dated"], formats: "tar", options: ["-n"], environment: environment))
        #expect(outcome.status == .exited(0), "\(outcome.lines.suffix(10))")
        let hooks = outcome.events.compactMap { event -> String? in
            guard case .output(let line) = event, line.contains(" 1") else { return nil }
            return line
        }
        let times = """
            cd $1 && mkdir tree && tar -C tree -xf image.tar
            cd tree && stat -c '%Y %n' etc/made etc/not-a-program
            """
        let tree = try Command("sh", ["-c", times, "sh", build.output.string]).checkedOutput()
        return (hooks, tree)
    }
}
