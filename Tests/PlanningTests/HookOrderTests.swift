// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import LinuxSystem
import Planning
import Testing

struct HookOrderTests {
    @Test func hooksAreOrderedAsSortDoes() throws {
        let names = [
            "100-a", "99-z", "09-d", "9-c", "010-e", "01-b", "00-a", "00-z", "Zed", "_x", "open-x",
            "-5-neg",
            "-50-x", "-05-y", "-0-q", "000-a", "0", "99999999999999999999999-x", "50", "50-", "5-0",
            "--1",
        ]
        var sort = Command("sort", ["-n"], environment: ["LC_ALL": "C", "PATH": "/usr/bin:/bin"])
        sort.standardInput = .text(names.joined(separator: "\n") + "\n")
        let expected = try sort.checkedOutput().split(separator: "\n").map(String.init)
        #expect(names.sorted { HookOrder($0) < HookOrder($1) } == expected)
    }

    @Test(arguments: ["a.sh", "", "a b", "10-x~", "é", ".hidden", "10/x"])
    func otherNamesNeverRun(name: String) {
        #expect(!HookOrder.isHookName(name))
    }
}
