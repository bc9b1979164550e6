// SPDX-License-Identifier: Apache-2.0

/// What a file is, by its first bytes and never by its name.
enum ImageFormat: Equatable {
    case qcow2
    case squashfs
    case tar
    case gzip
    case xz
    case zstd
    /// Anything else: a disk, or one file system.
    case raw

    /// How many bytes are looked at: a tar has its mark near the end of its first block.
    static let length = 512

    init(beginning bytes: [UInt8]) {
        func has(_ mark: [UInt8], at offset: Int = 0) -> Bool {
            bytes.dropFirst(offset).starts(with: mark)
        }
        self =
            if has([0x51, 0x46, 0x49, 0xFB]) {
                .qcow2
            } else if has(Array("hsqs".utf8)) {
                .squashfs
            } else if has([0x1F, 0x8B]) {
                .gzip
            } else if has([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) {
                .xz
            } else if has([0x28, 0xB5, 0x2F, 0xFD]) {
                .zstd
            } else if has(Array("ustar".utf8), at: 257) {
                .tar
            } else {
                .raw
            }
    }

    /// The program that decompresses, with the Debian package that brings it; nil for what is not compressed.
    var decompressor: (program: String, package: String)? {
        switch self {
        case .gzip: ("gzip", "gzip")
        case .xz: ("xz", "xz-utils")
        case .zstd: ("zstd", "zstd")
        case .qcow2, .squashfs, .tar, .raw: nil
        }
    }
}
