// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
package import LinuxSystem
package import SystemPackage

/// A disk image and a note for the script of the element persistent-state, and the script at work on them.
///
/// The kernel's part is real: a loop device, its partitions, and mounts in a namespace of their own, which are gone
/// when a run ends. `home` and `srv` in the folder are the paths that are kept.
package struct StateDisk: Sendable {
    /// The element's script.
    package static let script =
        BuiltProducts.repository.appending("Plugins/PersistentState/persistent-state").string

    package let folder: FilePath
    /// Where the state begins, in MiB.
    package let start: Int
    package let fileSystem: String
    /// The size of the disk's blocks, in bytes.
    package var blockSize = 512

    package var disk: FilePath { folder.appending("disk") }
    package var note: FilePath { folder.appending("note") }
    /// The paths that are kept, with spaces between.
    package var paths: String { "\(folder.appending("home")) \(folder.appending("srv"))" }

    /// Writes the note and makes the folders.
    package init(in folder: FilePath, start: Int = 24, fileSystem: String = "ext4") throws {
        self.folder = folder
        self.start = start
        self.fileSystem = fileSystem
        for name in ["home", "srv", "place", "root"] {
            try Command("mkdir", ["-p", folder.appending(name).string]).checkedOutput()
        }
        try TextFile.write(
            """
            LABEL="state"
            FILE_SYSTEM="\(fileSystem)"
            START="\(start << 20)"
            PATHS="\(paths)"

            """, to: note)
    }

    /// What came of a run of a shell script.
    package struct Outcome: Sendable {
        package var status: ExitStatus
        package var output: String
        /// Both streams, a line each.
        package var lines: [String]

        /// What the element's script said last.
        package var message: String? { lines.last { $0.hasPrefix("persistent state: ") } }
    }

    /// Runs `text` by `sh -eu` in the folder.
    @discardableResult
    package func shell(_ text: String) throws -> Outcome {
        var command = Command("sh", ["-euc", text])
        command.workingDirectory = folder
        let captured = try command.capture()
        return Outcome(
            status: captured.status, output: captured.output,
            lines: captured.output.split(separator: "\n").map { String($0) }
                + captured.errorLines)
    }

    /// What the script would do to the image file.
    package func decide() throws -> Outcome {
        try shell("'\(Self.script)' --note note --disk disk decide")
    }

    /// Attaches the image to a loop device and runs `text` by `sh -eu` in mount namespaces of their own, in which
    /// `start` runs the script and `$device` is the loop device.
    package func attached(_ text: String) throws -> Outcome {
        try shell(
            """
            device=$(losetup --find --show --sector-size \(blockSize) disk)
            detach() {
                # A namespace whose last process was killed lets go of its mounts a little later.
                for second in 0 1 2 3 4 5 6 7 8 9; do
                    for entry in /sys/class/block/"${device##*/}"/*/partition; do
                        if [ -e "$entry" ]; then delpart "$device" "$(cat "$entry")" 2>/dev/null || :; fi
                    done
                    set -- /sys/class/block/"${device##*/}"/*/partition
                    [ -e "$1" ] || break
                    sleep 1
                done
                losetup --detach "$device"
            }
            trap detach EXIT
            partx --add "$device" 2>/dev/null || :
            export device
            unshare --mount sh -euc '
                start() { \(Self.script) --note note --disk "$device" --place "$PWD/place" start; }
                \(text.replacing("'", with: "'\\''"))'
            """)
    }

    /// The start, size and type of each partition of the image file, in blocks.
    package func table() throws -> [[String]] {
        let dump = try shell(
            """
            device=$(losetup --find --show --sector-size \(blockSize) disk)
            trap 'losetup --detach "$device"' EXIT
            sfdisk --dump "$device"
            """
        ).output
        return dump.matches(of: /start= *([0-9]+), size= *([0-9]+), type=([^,\n]*)/)
            .map { [String($0.1), String($0.2), String($0.3)] }
    }

    /// Makes the file `image`, 8 MiB with one partition of 4 MiB in a table of that kind, and `disk` with it at its
    /// beginning.
    package func makeImage(table: String, diskSize: Int) throws {
        let made = try shell(
            """
            truncate --size 8M image
            device=$(losetup --find --show --sector-size \(blockSize) image)
            trap 'losetup --detach "$device"' EXIT
            printf 'label: \(table)\\nstart=1MiB,size=4MiB\\n' | sfdisk --quiet --no-reread --no-tell-kernel "$device"
            cp --sparse=always image disk
            truncate --size \(diskSize)M disk
            """)
        guard made.status.isSuccess else {
            throw BuildError(
                .buildFailed, "no disk image", detail: made.lines.joined(separator: "\n"))
        }
    }

    /// Writes the image over the beginning of the disk, as a deployment does.
    package func deploy() throws {
        try shell("dd if=image of=disk conv=notrunc status=none")
    }
}
