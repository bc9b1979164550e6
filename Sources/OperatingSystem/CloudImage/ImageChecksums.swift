// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The checksum file that vouches for an image: got, checked against its signature, read, and kept for builds that are
/// offline.
struct ImageChecksums {
    let parameters: CloudImageParameters
    let store: ImageStore
    let target: RootContext

    /// The image's digest; nil only where the user accepts an image that has none.
    func digest() throws -> ImageDigest? {
        guard let (place, isOfOneFile) = parameters.checksums else { return nil }
        guard let file = try got(place, as: "checksums") else {
            if parameters.acceptsUnsigned { return nil }
            throw ElementError(
                "there is no checksum file '\(place)'",
                hint:
                    "Set \(parameter("image-checksums")) to its place, or pin \(parameter("image-digest"))."
            )
        }
        let text = try signedText(of: file, place: place)
        let name = parameters.image.name
        let found = try ChecksumFile(text).digest(of: name, isOfOneFile: isOfOneFile)
        guard found != nil || parameters.acceptsUnsigned else {
            throw ElementError(
                "'\(place)' has no SHA-256 or SHA-512 digest of '\(name)'",
                hint: "Look whether the image was renamed; set \(parameter("image")) to its place.")
        }
        return found
    }

    private func parameter(_ name: String) -> String { "\(parameters.facts.element).\(name)" }

    /// The part of the checksum file that somebody signed.
    private func signedText(of file: GotFile, place: ImagePlace) throws -> String {
        let text = try target.readUserFile(file.path) ?? ""
        if parameters.acceptsUnsigned {
            try keep([file])
            return text
        }
        guard let keyring = parameters.keyring else { return "" }
        let check = ChecksumSignature(
            target: target, keyring: keyring, hint: parameters.facts.keyringHint)
        var files = [file]
        if !ChecksumSignature.isClearsigned(text) {
            guard let signature = try signature(of: place) else {
                try discard(files)
                throw ElementError(
                    "the checksum file '\(place)' is not signed",
                    hint:
                        "Set \(parameter("image-signature")) to its signature, or pin \(parameter("image-digest"))."
                )
            }
            files.append(signature)
        }
        do {
            let signed = try check.text(
                of: file.path, signature: files.count > 1 ? files[1].path : nil, name: place)
            try keep(files)
            return signed
        } catch {
            try discard(files)
            throw error
        }
    }

    private func signature(of place: ImagePlace) throws -> GotFile? {
        if let own = parameters.signature { return try got(own, as: "signature") }
        for suffix in parameters.facts.signatureSuffixes {
            if let found = try got(place.with(ending: suffix), as: "signature") { return found }
        }
        return nil
    }

    /// A file to read, and the name under which the cache keeps it once it is believed; nil for one of the user's own.
    private struct GotFile {
        let path: String
        let name: String?
    }

    private func got(_ place: ImagePlace, as kind: String) throws -> GotFile? {
        guard place.isRemote else {
            return try target.readUserFile(place.text) == nil
                ? nil : GotFile(path: place.text, name: nil)
        }
        let name = "\(try store.key(of: place)).\(kind)"
        if target.value(of: .offline) == "true" {
            let path = "\(store.folder)/\(name)"
            if try target.readUserFile(path) != nil { return GotFile(path: path, name: nil) }
            guard kind == "checksums", !parameters.acceptsUnsigned else { return nil }
            throw ElementError(
                "the cache does not hold '\(place)', and --offline forbids to download it",
                hint: "Build once without --offline, or pin \(parameter("image-digest")).")
        }
        return try store.temporary(place).map { GotFile(path: $0, name: name) }
    }

    private func keep(_ files: [GotFile]) throws {
        for file in files {
            if let name = file.name { _ = try store.keep(file.path, as: name) }
        }
    }

    private func discard(_ files: [GotFile]) throws {
        for file in files where file.name != nil { try store.discard(file.path) }
    }
}
