// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// What --max-size makes of a layout; refused where the root file system would not come to that size.
struct GrowthPlanner {
    private static let option = "--max-size"
    /// Words for mke2fs whose values decide how far a file system can grow.
    private static let fixedWords = ["-b", "-C", "-g", "-i", "-N"]
    private static let fixedFeatures = [
        "64bit", "bigalloc", "meta_bg", "resize_inode", "sparse_super", "sparse_super2",
    ]

    let layout: DiskLayout
    let request: BuildRequest

    /// The growth to plan for; nil: none was asked for.
    ///
    /// - Throws: `BuildError` with status 2 that names the largest size that can be reached, and why.
    func growth() throws -> RootGrowth? {
        guard let size = request.maxSize, let root = layout.root else { return nil }
        let growth = RootGrowth(to: size, type: root.type)
        try checkSize(size)
        try checkLimit(growth)
        guard root.type.isExtended else { return growth }
        try checkWords(of: root)
        if let cluster = growth.clusterSize, request.maxOnlineResize != nil {
            throw BuildError(
                .refused,
                "--max-online-resize reserves room for descriptors, which an ext4 with clusters of"
                    + " \(cluster.exactText) does not have",
                hint:
                    "Leave it out: what \(Self.option) \(size.exactText) makes grows while it is mounted, too."
            )
        }
        return growth
    }

    private func checkSize(_ size: ByteCount) throws {
        guard let smallest = layout.rootDisk?.size, size < smallest else { return }
        throw BuildError(
            .refused,
            "\(Self.option) \(size.exactText) is less than the \(smallest.exactText) that the image has",
            hint: "Raise it, or leave it out.")
    }

    private func checkLimit(_ growth: RootGrowth) throws {
        var planned = layout
        planned.growth = growth
        guard let limit = GrowthLimit.first(of: planned) else { return }
        guard let largest = limit.size else {
            throw BuildError(
                .refused,
                "the root file system cannot grow to \(Self.option) \(growth.size.exactText):"
                    + " \(limit.reason)", hint: limit.hint)
        }
        guard growth.size > largest else { return }
        throw BuildError(
            .refused,
            "\(Self.option) \(growth.size.exactText) is out of reach, the largest is"
                + " \(largest.exactText): \(limit.reason)", hint: limit.hint)
    }

    private func checkWords(of root: Volume) throws {
        let words = layout.rootWords(request)
        var previous = ""
        for word in words {
            let list = previous == "-O" || previous == "-E" ? word : String(word.dropFirst(2))
            let kind = previous == "-O" || previous == "-E" ? previous : String(word.prefix(2))
            let parts = list.split(separator: ",").map { $0.drop { "^+-".contains($0) } }
            let isFixed =
                Self.fixedWords.contains(String(word.prefix(2)))
                && !["-O", "-E"].contains(previous)
                || kind == "-O" && parts.contains { Self.fixedFeatures.contains(String($0)) }
                || kind == "-E" && parts.contains { $0.hasPrefix("resize=") }
            guard !isFixed else { throw refusal(of: word, root) }
            previous = word
        }
    }

    private func refusal(of word: String, _ root: Volume) -> BuildError {
        let source = root.options.isEmpty ? "--mkfs-options" : "the options of '\(root.name)'"
        return BuildError(
            .refused, "\(source) and \(Self.option) exclude each other: both decide '\(word)'",
            hint: "Leave one of them out.")
    }
}

extension DiskLayout {
    /// What the user should know of the growth that was asked for; `editors` may change the layout while the build runs.
    func growthWarnings(editors: [String]) -> [String] {
        guard let growth else { return [] }
        let size = growth.size.exactText
        var warnings = editors.map {
            "element '\($0)' may change the disk's layout while the build runs: only then it shows"
                + " whether the root file system can grow to \(size)"
        }
        if root?.type == .xfs {
            warnings.append(
                "an XFS grows by allocation groups of a quarter of the size that it is made with:"
                    + " the larger the image is, the fewer of them it has at \(size)")
        }
        return warnings
    }

    /// The words for the program that makes the root file system: those of the layout, else those of the request.
    package func rootWords(_ request: BuildRequest) -> [String] {
        let words = root?.options ?? []
        return words.isEmpty
            ? request.mkfsOptions.flatMap { $0.split(separator: " ").map(String.init) } : words
    }
}
