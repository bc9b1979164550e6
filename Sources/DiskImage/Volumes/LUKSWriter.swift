// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics
internal import FoundationEssentials
internal import LinuxSystem
internal import Planning
internal import SystemPackage

/// Puts a volume that was written to a file of its own into a LUKS2 container on its disk, without device-mapper.
///
/// cryptsetup(8) makes the header, of a volume key that is made here; the bytes behind it are encrypted while they are
/// copied. Salts and keys are new each time: what is encrypted differs from build to build.
struct LUKSWriter {
    let placed: ImageMeasure.PlacedVolume
    let encryption: Encryption
    let key: EncryptionKey
    /// The block size of the disk, in bytes.
    let blockSize: Int64
    let uuid: String
    /// Whether zeros that were never written count: what was mounted may have asked for them without writing them.
    let copiesAll: Bool
    let limits: Command.Limits

    /// Copies the volume in `file` and its header to their pieces of `image`.
    func write(_ file: FileDescriptor, to image: FileDescriptor, scratch: FilePath) throws {
        let volumeKey = Self.randomKey()
        let gatherer = VolumeGatherer(place: placed.place, interrupt: limits.interrupt)
        try withHeader(volumeKey, scratch: scratch) { header in
            let ranges = try header.dataRanges(size: placed.place.header.bytes)
            try gatherer.copy(ranges, of: header, to: image)
        }
        let cipher = try SectorCipher(key: volumeKey, sectorSize: sectorSize)
        try gatherer.copy(
            try ranges(of: file), of: file, shift: placed.place.header, to: image, cipher: cipher)
    }

    /// 4096 where everything is written in blocks of that size: that is faster in the running system.
    private var sectorSize: Int {
        let isPaged = placed.volume.type.isExtended || placed.volume.type == .swap
        let hasOptions = !placed.volume.options.isEmpty
        return isPaged && !hasOptions ? 4096 : Int(blockSize)
    }

    /// What the file system relies on: the rest would only be read as what nobody wrote.
    ///
    /// Everything where that is not known.
    private func ranges(of file: FileDescriptor) throws -> [Range<Int64>] {
        let size = placed.place.length.bytes
        let isKnown = placed.volume.type.isExtended || placed.volume.type == .swap
        guard isKnown, !copiesAll, let extents = try file.extents(size: size) else {
            return [0..<size]
        }
        let unit = Int64(sectorSize)
        var ranges: [Range<Int64>] = []
        for range in extents {
            let start = max(range.lowerBound / unit * unit, ranges.last?.upperBound ?? 0)
            let end = min((range.upperBound + unit - 1) / unit * unit, size)
            if start < end { ranges.append(start..<end) }
        }
        return ranges
    }

    // MARK: Header

    private static func randomKey() -> [UInt8] {
        // The kernel's own random numbers.
        var generator = SystemRandomNumberGenerator()
        return (0..<SectorCipher.keySize).map { _ in .random(in: .min ... .max, using: &generator) }
    }

    /// Calls `body` with a file that holds the header.
    private func withHeader(
        _ volumeKey: [UInt8], scratch: FilePath, _ body: (FileDescriptor) throws -> Void
    ) throws {
        let path = scratch.appending("luks.header")
        let file = try FileDescriptor.open(
            path, .readWrite, options: [.create, .truncate, .closeOnExec],
            permissions: [.ownerReadWrite])
        try file.closeAfter {
            // cryptsetup(8) wants the whole device; it stays sparse.
            try file.resize(to: (placed.place.header + placed.place.length).bytes)
            try format(path, volumeKey)
            try body(file)
        }
        try Command("rm", ["--", path.string]).checkedOutput()
    }

    /// cryptsetup luksFormat: the costs of the key's derivation are the second choice of RFC 9106, for machines with little
    /// memory, rather than what this machine can do in two seconds.
    private func format(_ path: FilePath, _ volumeKey: [UInt8]) throws {
        guard let bytes = Data(base64Encoded: key.key), !bytes.isEmpty else {
            throw BuildError(.buildFailed, "the key of '\(encryption.name)' is no Base64")
        }
        var command = Command(
            "cryptsetup",
            [
                "luksFormat", "--batch-mode", "--type", "luks2", "--cipher", "aes-xts-plain64",
                "--key-size", String(SectorCipher.keySize * 8),
                "--sector-size", String(sectorSize),
                "--offset", String(placed.place.header.bytes / 512), "--label", encryption.name,
                "--uuid", encryption.uuid ?? uuid, "--pbkdf", "argon2id", "--pbkdf-memory", "65536",
                "--pbkdf-parallel", "4", "--pbkdf-force-iterations", "4",
                "--volume-key-file", "/proc/self/fd/3", "--key-file", "-", path.string,
            ])
        let keyFile = try FileDescriptor.memoryFile(holding: volumeKey)
        try keyFile.closeAfter {
            let passphrase = try FileDescriptor.memoryFile(holding: Array(bytes))
            try passphrase.closeAfter {
                command.descriptors = [keyFile]
                command.standardInput = .descriptor(passphrase)
                _ = try command.checkedOutput(limits: limits)
            }
        }
    }
}
