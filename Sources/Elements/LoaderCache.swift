// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
internal import SystemPackage

/// The names in /etc/ld.so.cache, which ldconfig(8) writes: glibc's struct cache_file_new.
struct LoaderCache {
    private static let magic: StaticString = "glibc-ld.so.cache1.1"
    private static let headerSize = 48
    private static let entrySize = 24

    private let names: Set<String>

    /// nil without a cache in the format that glibc has written since 2.32.
    init?() {
        guard let bytes = try? FileDescriptor.contents(of: "/etc/ld.so.cache", limit: 1 << 24),
            bytes.starts(with: String(describing: Self.magic).utf8)
        else { return nil }
        let reader = ByteReader(bytes: bytes)
        guard let count = reader.number(UInt32.self, at: 20) else { return nil }
        var names: Set<String> = []
        for index in 0..<Int(count) {
            let start = Self.headerSize + index * Self.entrySize
            guard let offset = reader.number(UInt32.self, at: start + 4),
                let name = reader.text(at: Int(offset))
            else { return nil }
            names.insert(name)
        }
        self.names = names
    }

    func contains(_ name: String) -> Bool { names.contains(name) }
}
