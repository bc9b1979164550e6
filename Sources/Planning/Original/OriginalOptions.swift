// SPDX-License-Identifier: Apache-2.0

/// The options of the original's programs, for `OptionScanner`; their names are those of `BuildOptions`.
package enum OriginalOptions {
    /// Of disk-image-create and ramdisk-image-create.
    package static let image =
        lettered
        + ["checksum", "no-tmpfs", "offline", "version"].map { option($0) }
        + [
            "min-tmpfs", "image-size", "image-cache", "max-online-resize", "mkfs-options",
            "qemu-img-options", "ramdisk-element", "root-label", "install-type", "docker-target",
            "logfile",
        ].map { option($0, takesValue: true) }
        // Those that the original documents and does not take: no abbreviation that it takes may mean them.
        + ["image-extra-size", "mkfs-journal-size"].map {
            option($0, takesValue: true, abbreviation: .second)
        }
        + own

    /// Of diskimage-builder.
    package static let builder =
        [
            option("help", letter: "h"), option("version", abbreviation: .none),
            option("dry-run"), option("stop-on-failure"),
        ]

    /// Those with a letter, of which the original knows only -h by a long name too.
    private static let lettered =
        [option("help", letter: "h")]
        + [("arch", "a"), ("imagename", "o"), ("types", "t"), ("packages", "p")].map {
            option($0, letter: $1, takesValue: true, abbreviation: .none)
        }
        + [
            ("debug-trace", "x"), ("uncompressed", "u"), ("clear", "c"), ("skip-base", "n"),
        ].map { option($0, letter: $1, abbreviation: .none) }

    /// dibhost's own.
    private static let own =
        ["bmap", "host-dev", "manifest", "sbom", "strict"].map {
            option($0, abbreviation: .none)
        }
        + [
            "audit", "audit-allow", "checksum-algorithm", "config",
            "elements-path", "luks-key", "luks-passphrase", "max-size", "plugin-dir",
            "prefer-legacy",
            "prefer-native", "qcow2-compression", "ramdisk-compression", "ramdisk-modules",
            "ramdisk-size", "set",
        ].map { option($0, takesValue: true, abbreviation: .none) }

    /// Options that may be given more than once, each time with a meaning.
    private static let repeatable: Set<String> = [
        "audit-allow", "debug-trace", "packages", "config", "elements-path", "luks-key",
        "luks-passphrase", "plugin-dir",
        "prefer-legacy",
        "prefer-native", "set",
    ]

    /// Of an option that is given again the last one counts.
    package static func lastOfEach(_ options: [OptionScanner.Given]) -> [OptionScanner.Given] {
        options.enumerated().filter { index, given in
            repeatable.contains(given.option.name)
                || !options[(index + 1)...].contains { $0.option == given.option }
        }.map(\.element)
    }

    private static func option(
        _ name: String, letter: Character? = nil, takesValue: Bool = false,
        abbreviation: OptionScanner.Abbreviation = .first
    ) -> OptionScanner.Option {
        .init(name: name, letter: letter, takesValue: takesValue, abbreviation: abbreviation)
    }
}
