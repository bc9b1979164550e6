// SPDX-License-Identifier: Apache-2.0
public import ElementAPI

/// A distribution's own cloud image, whose files become the target tree in place of installed packages.
///
///     try CloudImage(facts: .ubuntu, release: "noble", target: target).unpack()
///
/// The image is believed because its checksum file is signed by a key of the keyring, or because the user pins its
/// digest, and for no other reason. What it is packed in, partitions and file systems are found out from the file
/// itself (ImageUnpacker). What ties it to a disk or to one instance is taken out (ImageRemains).
public struct CloudImage {
    private let facts: CloudImageFacts
    private let parameters: CloudImageParameters
    private let store: ImageStore
    private let target: RootContext

    /// Where the image is, as errors name it.
    public var name: String { parameters.image.description }

    /// The image that the element's parameters ask for; nothing is downloaded yet.
    ///
    /// - Throws: `ElementError` for parameters that are malformed, and for an image that nobody vouches for.
    public init(facts: CloudImageFacts, release: String, target: RootContext) throws {
        self.facts = facts
        self.target = target
        parameters = try CloudImageParameters(
            target.parameters, facts: facts, release: release,
            architecture: try target.requiredValue(of: .architecture))
        store = try ImageStore(target: target, retries: parameters.retries)
    }

    /// Fills the empty target tree.
    ///
    /// - Parameter keepingHostKeys: Whether the element takes SSH's host keys away by itself, if there are any.
    /// - Throws: `ElementError` when the image cannot be had, is not what it should be, or has no root file system.
    public func unpack(keepingHostKeys: Bool = false) throws {
        let file = try checkedFile()
        try ImageUnpacker(name: name, target: target).unpack(file)
        try ImageRemains.forget(in: target, hostKeys: !keepingHostKeys)
    }

    /// The image with the digest that it must have, open for reading.
    private func checkedFile() throws -> OpenFile {
        let digest = try expectedDigest()
        guard parameters.image.isRemote else { return try ownFile(digest: digest) }
        if let digest {
            return try opened(try store.image(parameters.image, digest: digest))
        }
        return try uncheckedDownload()
    }

    /// The digest that the user pins, or that the checksum file has; nil when there is none and none is asked for.
    private func expectedDigest() throws -> ImageDigest? {
        if let digest = parameters.digest { return digest }
        if parameters.acceptsUnsigned {
            target.log(
                "nobody vouches for the image '\(parameters.image)': accept-unsigned-image is set",
                level: .warning)
        }
        return try ImageChecksums(parameters: parameters, store: store, target: target).digest()
    }

    /// A file of the user's own.
    private func ownFile(digest: ImageDigest?) throws -> OpenFile {
        let path = parameters.image.text
        guard let descriptor = try target.openUserFile(path) else {
            throw ElementError(
                "there is no image '\(path)'",
                hint: "Set \(facts.element).image to the path or the URL of one.")
        }
        let file = OpenFile(descriptor)
        guard let digest else { return file }
        let sum = try file.withPath { try target.output(of: digest.algorithm.program, [$0]) }
        let found = sum.prefix { $0 != " " }
        guard found == digest.hex else {
            throw ElementError(
                "the image '\(path)' has the digest '\(digest.algorithm.rawValue):\(found)', not '\(digest)'",
                hint: "Take another file, or another digest.")
        }
        return file
    }

    /// An image without any digest: what the server has now, or what an earlier build got from there.
    private func uncheckedDownload() throws -> OpenFile {
        let name = "\(try store.key(of: parameters.image)).image"
        if target.value(of: .offline) == "true" {
            guard let descriptor = try target.openUserFile("\(store.folder)/\(name)") else {
                throw ElementError(
                    "the cache does not hold the image '\(parameters.image)', and --offline forbids to download it",
                    hint: "Build once without --offline.")
            }
            return OpenFile(descriptor)
        }
        guard let new = try store.temporary(parameters.image) else {
            throw ElementError(
                "the server has no image '\(parameters.image)'",
                hint: "Set \(facts.element).image to another place.")
        }
        return try opened(try store.keep(new, as: name))
    }

    private func opened(_ path: String) throws -> OpenFile {
        guard let descriptor = try target.openUserFile(path) else {
            throw ElementError(
                "'\(path)' is gone from the cache",
                hint: "Build again; something empties the cache.")
        }
        return OpenFile(descriptor)
    }
}
