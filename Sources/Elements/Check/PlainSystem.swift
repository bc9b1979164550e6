// SPDX-License-Identifier: Apache-2.0

/// What a plugin finds on every machine that dibhost runs on, without installing anything.
///
/// The libraries are those of glibc and GCC, of the package managers themselves (Debian's dpkg and Fedora's rpm both
/// need them), and of Swift's runtime, which dibhost ships. The versions are Debian 12's.
package enum PlainSystem {
    /// The name of the system that `newestVersions` are of.
    static let name = "Debian 12"

    private static let libraries: Set<String> = [
        "libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libutil.so.1",
        "libresolv.so.2", "libanl.so.1", "libmvec.so.1", "libBrokenLocale.so.1",
        "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1",
        "libgcc_s.so.1", "libstdc++.so.6",
        "libz.so.1", "liblzma.so.5", "libzstd.so.1",
    ]

    /// The part of Swift's runtime that dibhost ships.
    package static let swiftRuntime: Set<String> = [
        "libswiftCore.so", "libswift_Concurrency.so", "libswift_StringProcessing.so",
        "libswift_RegexParser.so", "libswift_Builtin_float.so", "libswiftGlibc.so",
        "libswiftSynchronization.so", "libswiftDispatch.so", "libdispatch.so",
        "libBlocksRuntime.so",
        "libFoundationEssentials.so",
    ]

    /// A part of Swift's runtime that only code without optimization needs, and that dibhost does not ship.
    static let swiftDebugRuntime = "libswiftSwiftOnoneSupport.so"

    /// The newest version of each family of symbol versions.
    private static let newestVersions: [(family: String, version: [Int])] = [
        ("GLIBC", [2, 36]), ("GLIBCXX", [3, 4, 30]), ("CXXABI", [1, 3, 13]), ("GCC", [12, 0, 0]),
    ]

    static func has(_ library: String) -> Bool {
        libraries.contains(library) || swiftRuntime.contains(library)
    }

    /// Whether symbols of this version, such as GLIBC_2.38, are newer than those of the plain system.
    static func isTooNew(_ version: String) -> Bool {
        let parts = version.split(separator: "_", maxSplits: 1)
        guard parts.count == 2,
            let newest = newestVersions.first(where: { $0.family == parts[0] })?.version
        else { return false }
        let numbers = parts[1].split(separator: ".").map { Int($0) }
        // GLIBC_PRIVATE and the like are no numbers.
        guard !numbers.contains(nil) else { return false }
        return newest.lexicographicallyPrecedes(numbers.compactMap(\.self))
    }
}
