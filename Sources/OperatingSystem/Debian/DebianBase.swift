// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI
internal import Glibc

/// What a tree is made of before packages are added: nothing, the tar of an earlier build or of any tree of the same
/// release, or the distribution's cloud image.
enum DebianBase: Equatable {
    case packages
    case tar(String)
    case image

    /// What the parameters say.
    init(_ parameters: Parameters, family: DebianFamily) throws {
        let tar = parameters["base-tar"].flatMap { $0.isEmpty ? nil : $0 }
        guard parameters["from"] == "image" else {
            try Self.refuseUnusedImage(parameters, family: family)
            self = tar.map(DebianBase.tar) ?? .packages
            return
        }
        guard tar == nil else {
            throw ElementError(
                "parameters 'base-tar' and 'from' name two things to start from",
                hint:
                    "Leave out \(family.parameter("base-tar")), or \(family.parameter("from"))=image."
            )
        }
        self = .image
    }

    /// What says which image to take says nothing without `from`.
    private static func refuseUnusedImage(_ parameters: Parameters, family: DebianFamily) throws {
        for name in ["image", "image-digest"] where parameters[name]?.isEmpty == false {
            throw ElementError(
                "parameter '\(name)' is set, but the tree is made of packages",
                hint: "Set \(family.parameter("from"))=image, or leave it out.")
        }
    }

    /// Whether there is a tree before the first package.
    var isTree: Bool { self != .packages }

    /// Fills the empty target tree.
    ///
    /// - Throws: `ElementError` when the file cannot be read by the user, is no tar or no image, or holds no tree of the
    ///   release.
    func unpack(family: DebianFamily, release: String, target: RootContext) throws {
        switch self {
        case .packages: return
        case .tar(let path):
            try Self.unpack(tar: path, family: family, target: target)
            try DebianTree(
                family: family, release: release, target: target, source: path, kind: "the tar"
            ).prepare()
        case .image:
            let image = try CloudImage(facts: family.image, release: release, target: target)
            // DebianInstanceIdentity takes them away, and has each instance make its own.
            try image.unpack(keepingHostKeys: true)
            try DebianTree(
                family: family, release: release, target: target, source: image.name,
                kind: "the image"
            ).prepare()
        }
    }

    private static func unpack(
        tar path: String, family: DebianFamily, target: RootContext
    ) throws {
        let parameter = family.parameter("base-tar")
        guard let descriptor = try target.openUserFile(path) else {
            throw ElementError(
                "there is no file '\(path)'",
                hint: "Set \(parameter) to the tar of a \(family.distribution) tree.")
        }
        defer { close(descriptor) }
        // The file that the user may read, whatever its path leads to by now; tar finds out how it is compressed.
        let (end, _) = try target.result(
            of: "tar",
            [
                "--extract", "--file=/proc/\(getpid())/fd/\(descriptor)",
                "--directory=\(try target.treePath)", "--numeric-owner", "--same-owner",
                "--preserve-permissions", "--acls", "--xattrs", "--xattrs-include=*",
            ])
        guard end.isSuccess else {
            throw ElementError(
                "cannot unpack '\(path)': tar ended with \(end)",
                hint:
                    "Set \(parameter) to the tar of a \(family.distribution) tree; the log holds tar's own message."
            )
        }
    }
}
