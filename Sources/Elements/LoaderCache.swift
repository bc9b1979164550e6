// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
internal import SystemPackage

/// The libraries in /etc/ld.so.cache, which ldconfig(8) writes: glibc's struct cache_file_new.
struct LoaderCache {
    private static let magic: StaticString = "glibc-ld.so.cache1.1"
    private static let headerSize = 48
    private static let entrySize = 24

    /// Where the paths of each name begin; a library may be there for several kinds of processors.
    private let places: [String: [Int]]
    private let reader: ByteReader

    /// nil without a cache in the format that glibc has written since 2.32.
    init?() {
        guard let bytes = try? FileDescriptor.contents(of: "/etc/ld.so.cache", limit: 1 << 24),
            bytes.starts(with: String(describing: Self.magic).utf8)
        else { return nil }
        let reader = ByteReader(bytes: bytes)
        guard let count = reader.number(UInt32.self, at: 20) else { return nil }
        var places: [String: [Int]] = [:]
        for index in 0..<Int(count) {
            let start = Self.headerSize + index * Self.entrySize
            guard let offset = reader.number(UInt32.self, at: start + 4),
                let name = reader.text(at: Int(offset)),
                let path = reader.number(UInt32.self, at: start + 8)
            else { return nil }
            places[name, default: []].append(Int(path))
        }
        self.places = places
        self.reader = reader
    }

    func contains(_ name: String) -> Bool { places[name] != nil }

    /// The files of that name.
    func paths(of name: String) -> [String] {
        places[name]?.compactMap { reader.text(at: $0) } ?? []
    }
}
