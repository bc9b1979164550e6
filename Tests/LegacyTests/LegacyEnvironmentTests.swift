// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Legacy
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

struct LegacyEnvironmentTests {
    @Test func environmentFilesAreSourcedByteByByteAndOnlyExportsReachHooks() throws {
        try TemporaryFolder.with("legacy") { folder in
            var fixture = LegacyFixture(folder)
            try fixture.addElement(
                "one",
                [
                    "environment.d/9-c": "export ORDER=${ORDER:-}9",
                    "environment.d/11-b": "ORDER+=b",
                    "environment.d/100-a": "ORDER+=a", "environment.d/10.x": "ORDER+=x",
                    "environment.d/z~": "exit 9", "environment.d/50-local": "LOCAL=1",
                    "extra-data.d/10-show": "echo ${ORDER-unset} ${LOCAL-unset}",
                ])
            #expect(try fixture.run(.extraData) == ["xab9 unset"])
        }
    }

    @Test func exportedOrderIsPlainByteOrder() throws {
        try TemporaryFolder.with("legacy") { folder in
            var fixture = LegacyFixture(folder)
            let add = "export ORDER=\"${ORDER:-} ${BASH_SOURCE[0]##*/}\""
            try fixture.addElement(
                "one",
                [
                    "environment.d/9-c": add, "environment.d/11-b": add, "environment.d/100-a": add,
                    "environment.d/10.x": add, "cleanup.d/1": "echo $ORDER",
                ])
            #expect(try fixture.run(.cleanup) == ["10.x 100-a 11-b 9-c"])
        }
    }

    @Test func tracingInEnvironmentFilesShowsNoSecret() throws {
        try TemporaryFolder.with("legacy") { folder in
            var fixture = LegacyFixture(folder)
            try fixture.addElement(
                "one",
                [
                    "environment.d/10-p": "set -x\nexport PASSWORD=hunter2",
                    "root.d/10-a":
                        "set -x; [ \"$PASSWORD\" = hunter2 ] && { echo seen; } 2>/dev/null",
                ])
            let lines = try fixture.run(.root)
            #expect(lines.contains("seen"))
            #expect(!lines.contains { $0.contains("export PASSWORD") || $0.contains("PASSWORD=") })
        }
    }

    @Test(arguments: ["echo $NOT_SET", "exit 0", "false"])
    func anEnvironmentFileThatFailsEndsTheStepAndIsNamed(text: String) throws {
        try TemporaryFolder.with("legacy") { folder in
            var fixture = LegacyFixture(folder)
            try fixture.addElement(
                "one", ["environment.d/10-bad": text, "root.d/10-a": "echo ran"])
            let lines = try fixture.run(.root)
            #expect(lines.contains { $0.hasSuffix("environment.d/10-bad failed") })
            #expect(lines.last == "10-a: exit status 1")
            #expect(!lines.contains("ran"))
        }
    }

    @Test func theStrongerOfTwoSourcesSetsAVariable() throws {
        try TemporaryFolder.with("legacy") { folder in
            var fixture = LegacyFixture(folder)
            try fixture.addElement(
                "one",
                [
                    "environment.d/10-e": """
                    export A=file B=file C=${C:-file} D=file DISTRO=${DISTRO_NAME}
                    """,
                    "root.d/10-a": "echo $A $B $C $D $E $DISTRO; env | grep ^_DIB || true",
                ])
            func parameter(
                _ name: String, _ origin: BuildPlan.PlannedParameter.Origin
            ) -> BuildPlan.PlannedParameter {
                .init(
                    element: "x", name: name, value: origin.rawValue, origin: origin,
                    isSecret: false, environmentName: name)
            }
            let plan = fixture.plan(
                environment: ["C": "caller", "PATH": "/usr/bin:/bin", "DISTRO_NAME": "other"],
                parameters: [
                    parameter("A", .commandLine), parameter("B", .configuration),
                    parameter("D", .manifestDefault), parameter("E", .manifestDefault),
                ],
                exports: [.init(name: "DISTRO_NAME", value: "debian", element: "debian")])
            let lines = try fixture.run(.root, fixture.environment(plan))
            #expect(lines == ["--set --config caller file default debian"])
        }
    }

    @Test func hooksOutsideTheChrootHaveFunctionsAndTheElementList() throws {
        try TemporaryFolder.with("legacy") { folder in
            var fixture = LegacyFixture(folder)
            fixture.addNative("debian")
            try fixture.addElement(
                "one",
                [
                    "cleanup.d/10-list": """
                    eval declare -A a=($(get_image_element_array))
                    echo "${#a[@]} ${a[debian]}"
                    """,
                    "cleanup.d/20-vars": """
                    echo "$TARGET_ROOT|$IMAGE_NAME|$DIB_OFFLINE|$LC_ALL|$HOME|$PATH|$0"
                    printf '%s' "$IMAGE_ELEMENT_YAML"
                    """,
                    "cleanup.d/30-die": "die gone wrong",
                ])
            let tree = folder.appending("tree")
            #expect(
                try fixture.run(.cleanup) == [
                    "2 \(folder)/views/debian",
                    "\(tree)|out/name||C|/home/builder|"
                        + "/usr/bin:/bin:/sbin:/usr/sbin:/usr/local/sbin:\(folder)/programs|"
                        + "\(folder)/hooks/cleanup.d/20-vars",
                    "debian: \(folder)/views/debian", "one: \(folder)/elements/one",
                    "gone wrong", "30-die: exit status 1",
                ])
        }
    }

    @Test func hooksInsideTheChrootAreRootWithAPlainEnvironment() throws {
        try TemporaryFolder.with("legacy") { folder in
            var fixture = LegacyFixture(folder)
            try fixture.addElement(
                "one",
                [
                    "environment.d/10-in": "export WHERE=$PWD",
                    "install.d/10-show": """
                    echo "$0|$PWD|$WHERE|$HOME|$USER|$PATH|${TMPDIR-unset}|${EXTRA-unset}|$SUDO_USER"
                    type die || true
                    """,
                ])
            let environment = fixture.environment(
                fixture.plan(environment: [
                    "TMPDIR": "/elsewhere", "EXTRA": "kept", "PATH": "/nowhere",
                    "BASH_FUNC_die%%": "() { :\n}",
                ]))
            try ShellTree.make(folder.appending("tree"))
            let hooks = try fixture.assemble()
            try Command("cp", ["-a", "hooks", "tree/tmp/in_target.d"]).inFolder(folder)
                .checkedOutput()
            var lines: [String] = []
            for hook in try hooks.hooks(of: .install) {
                _ = try environment.command(for: hook).run { lines.append($0) }
            }
            #expect(
                lines.first == "/tmp/in_target.d/install.d/10-show|/|/|/root|root|"
                    + "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin|"
                    + "unset|kept|builder")
            #expect(lines.last?.hasSuffix("die: not found") == true)
        }
    }

    @Test func whatEnvironmentFilesExportCanBeAskedFor() throws {
        try TemporaryFolder.with("legacy") { folder in
            var fixture = LegacyFixture(folder)
            try fixture.addElement(
                "one", ["environment.d/10-e": "export A='two\nlines' B=$TARGET_ROOT"])
            _ = try fixture.assemble()
            let variables = try fixture.environment().evaluated(for: .root)
            #expect(variables["A"] == "two\nlines")
            #expect(variables["B"] == folder.appending("tree").string)
        }
    }

    @Test func aWholeFolderCanBeRunFromAHook() throws {
        try TemporaryFolder.with("legacy") { folder in
            var fixture = LegacyFixture(folder)
            try fixture.addElement(
                "one",
                [
                    "root.d/10-a": """
                    "$TMP_HOOKS_PATH/dib-run-parts" --list "$TMP_HOOKS_PATH/other.d"
                    "$TMP_HOOKS_PATH/dib-run-parts" "$TMP_HOOKS_PATH/other.d" 2>&1
                    """,
                    "other.d/9-first": "echo first", "other.d/10-second": "echo second; exit 42",
                    "other.d/11-third": "echo third",
                ])
            let other = "\(folder)/hooks/other.d"
            #expect(
                try fixture.run(.root) == [
                    "\(other)/9-first", "\(other)/10-second", "\(other)/11-third",
                    "dib-run-parts Running \(other)/9-first", "first",
                    "dib-run-parts 9-first completed", "dib-run-parts Running \(other)/10-second",
                    "second", "10-a: exit status 42",
                ])
        }
    }
}
