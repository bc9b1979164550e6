// SPDX-License-Identifier: Apache-2.0

import LinuxSystem
import SystemPackage
import TestSupport
import Testing

/// The power goes before each program that the script of persistent-state runs.
///
/// A cut is a copy of the disk at that moment, which lacks what file systems had still in memory, as a real one would.
/// The next boot runs on the copy.
struct StatePowerCutTests {
    /// Programs in front of the real ones: each counts, and at `CUT` takes a copy of the disk and kills the script.
    private static let wrappers = """
        mkdir wrappers
        for name in sfdisk addpart resizepart blkid mkfs.ext4 fsck.ext4 mount resize2fs mkdir cp mv rm rmdir sync; do
            real=$(command -v "$name")
            cat > "wrappers/$name" <<WRAPPER
        #!/bin/sh
        number=\\$((\\$(cat "$PWD/count") + 1))
        echo "\\$number" > "$PWD/count"
        if [ "\\$number" -eq "\\$CUT" ]; then
            cp --sparse=always "$PWD/disk" "$PWD/cut"
            kill -KILL 0
        fi
        exec "$real" "\\$@"
        WRAPPER
            chmod +x "wrappers/$name"
        done
        """

    private func firstBoot(_ state: StateDisk, cut: Int) throws -> StateDisk.Outcome {
        try state.shell("echo 0 > count; rm -f cut")
        return try state.attached(
            """
            status=0
            CUT=\(cut) PATH="$PWD/wrappers:$PATH" setsid --wait sh -euc '\(StateDisk.script) \
            --note note --disk "$device" --place "$PWD/place" start' || status=$?
            test "$status" -eq 0 || test "$status" -eq 137
            cat count
            """)
    }

    @Test func atEachMomentTheNextBootGoesOn() throws {
        try TemporaryFolder.with("state") { folder in
            let state = try StateDisk(in: folder)
            try state.makeImage(table: "gpt", diskSize: 64)
            try state.shell(
                "cp --sparse=always disk fresh; echo 'of the image' > home/file; \(Self.wrappers)")
            let whole = try firstBoot(state, cut: 0)
            let moments = try #require(Int(whole.output.dropLast()), "\(whole.lines)")
            try #require(moments > 15)
            for moment in 1...moments {
                try state.shell("cp --sparse=always fresh disk")
                let first = try firstBoot(state, cut: moment)
                #expect(first.status == .exited(0), "\(moment): \(first.lines)")
                try #require(state.shell("mv cut disk").status == .exited(0))
                let second = try state.attached(
                    "start; cat home/file; ls -A place | tr '\\n' ' '; ls srv")
                #expect(second.status == .exited(0), "\(moment): \(second.lines)")
                #expect(second.output.hasPrefix("of the image\n"), "\(moment): \(second.lines)")
                #expect(!second.output.contains(".new"), "\(moment): \(second.lines)")
                let table = try state.table()
                #expect(table.count == 2, "\(moment)")
                #expect(table.last?.last == "0FC63DAF-8483-4772-8E79-3D69D8477DE4", "\(moment)")
            }
        }
    }
}
