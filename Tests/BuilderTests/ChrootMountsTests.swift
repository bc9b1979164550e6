// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// Runs `script` in a builder with the chroot's mounts in place; `prepare` runs before they are
/// made.
private func inChroot(
    _ script: String, prepare: String = "true", behaviour: String = "chroot"
) throws -> (LinuxSystem.ExitStatus, [String]) {
    try TemporaryFolder.with("chroot") { folder in
        try Probe(in: folder)
            .run(behaviour, "if test -n \"$PREPARE\"; then \(prepare); exit; fi\n\(script)")
    }
}

@Test
func aTreeGetsItsOwnProcAndReadOnlySysAndTerminals() throws {
    let (status, lines) = try inChroot(
        "grep \" $TREE/\" /proc/mounts | sed \"s,$TREE,,\"; echo pid1=$(cat $TREE/proc/1/comm)")
    #expect(status == .exited(0))
    let mounts = lines.map { $0.split(separator: " ").map(String.init) }.filter { $0.count > 3 }
    let types = Dictionary(mounts.map { ($0[1], $0[2]) }) { $1 }
    #expect(types["/proc"] == "proc")
    #expect(types["/sys"] == "sysfs")
    #expect(types["/dev"] == "tmpfs")
    #expect(types["/dev/pts"] == "devpts")
    let sys = mounts.first { $0[1] == "/sys" }
    #expect(sys?[3].hasPrefix("ro,nosuid,nodev,noexec") == true)
    #expect(lines.contains("pid1=dibhost-init"))
}

@Test
func aTreeGetsTheStandardDeviceNodesAndNothingOfTheHosts() throws {
    let (_, lines) = try inChroot(
        "cd $TREE/dev; stat -c '%n %A %t:%T' *; readlink ptmx fd; head -c1 zero >full; test -c pts/ptmx"
    )
    let nodes = lines.filter { $0.contains(" c") }
    #expect(
        nodes == [
            "console crw------- 5:1", "full crw-rw-rw- 1:7", "null crw-rw-rw- 1:3",
            "random crw-rw-rw- 1:8", "tty crw-rw-rw- 5:0", "urandom crw-rw-rw- 1:9",
            "zero crw-rw-rw- 1:5",
        ])
    #expect(lines.contains("pts/ptmx"))
    #expect(lines.contains("/proc/self/fd"))
    #expect(lines.contains("shm drwxrwxrwt 0:0"))
}

@Test
func theHostsDevicesCanBeBoundInstead() throws {
    let (status, lines) = try inChroot(
        "cmp /proc/1/comm /proc/1/comm; ls -d $TREE/dev/loop-control; ls $TREE/dev | wc -l",
        behaviour: "chrootWithHostDevices")
    #expect(status == .exited(0))
    #expect(lines.contains { $0.hasSuffix("/dev/loop-control") })
}

@Test(arguments: ["proc", "sys", "dev"])
func aTreeWhereAMountPointIsALinkIsRefused(name: String) throws {
    let (status, lines) = try inChroot("true", prepare: "ln -s /etc $TREE/\(name)")
    #expect(status == .exited(1))
    #expect(
        lines.contains {
            $0.hasPrefix("error: cannot mount '/\(name)' in the tree ")
                && $0.hasSuffix(": it is no folder")
        })
}

@Test
func theTreesOwnFoldersAreSeenAgainAfterwards() throws {
    let (status, lines) = try inChroot(
        "test ! -e $TREE/dev/mine; umount() { :; }; echo mounted",
        prepare: "mkdir $TREE/dev; touch $TREE/dev/mine")
    #expect(status == .exited(0))
    #expect(lines.contains("mounted"))
}
