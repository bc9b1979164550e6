// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// What init makes of addresses, masks, disks and kernel parameters, in tables that need no machine.
@Test(arguments: ["dash", "busybox ash"])
func `init understands addresses, disks and parameters`(shell: String) throws {
    try TemporaryFolder.with { folder in
        let plugins = BuiltProducts.repository.appending("Plugins")
        let tables = BuiltProducts.repository.appending("Tests/RamdiskBuildTests/tables")
        let script = "cp $1/RamdiskBase/* $1/Deploy/* $2; exec \(shell) $3 $2"
        let captured = try Command(
            "/bin/sh", ["-c", script, "sh", plugins.string, folder.string, tables.string]
        ).capture()
        #expect(captured.output == "all tables are right\n", "\(captured.errorLines)")
        #expect(captured.status.isSuccess)
    }
}
