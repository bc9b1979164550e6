// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// What the user asks of the cloud image, and the distribution's facts where the user asks nothing.
///
/// The parameters have the same names in all elements of operating systems: image, image-folder, image-file,
/// image-digest, image-checksums, image-signature, image-keyring, accept-unsigned-image, retries.
struct CloudImageParameters {
    let facts: CloudImageFacts
    /// Where the image is.
    let image: ImagePlace
    /// The digest that the user pins.
    let digest: ImageDigest?
    /// The checksum file, and whether it is of the image alone; nil when there can be none.
    let checksums: (place: ImagePlace, isOfOneFile: Bool)?
    /// The detached signature of the checksum file, if the user names it.
    let signature: ImagePlace?
    /// The keys that may have signed the checksum file.
    let keyring: String?
    /// Whether an image is taken whose origin nobody vouches for.
    let acceptsUnsigned: Bool
    /// How often a failed download is tried again.
    let retries: Int

    init(
        _ parameters: Parameters, facts: CloudImageFacts, release: String, architecture: String
    ) throws {
        self.facts = facts
        func given(_ name: String) -> String? { parameters[name].flatMap { $0.isEmpty ? nil : $0 } }
        image = try Self.place(
            of: given("image"), folder: given("image-folder"), file: given("image-file"),
            known: facts.location(release, architecture), facts: facts, release: release)
        digest = try given("image-digest").map {
            try ImageDigest($0, parameter: "\(facts.element).image-digest")
        }
        let name = facts.checksums(image.name)
        if let own = given("image-checksums") {
            let place = ImagePlace(own)
            checksums = (place, name == .single(place.name))
        } else {
            checksums = (image.sibling(name.name), name == .single(name.name))
        }
        signature = given("image-signature").map(ImagePlace.init)
        keyring = given("image-keyring") ?? facts.keyring
        acceptsUnsigned = parameters.flag("accept-unsigned-image")
        retries = max(0, try parameters.integer("retries") ?? 3)
        try refuseWhatNobodyVouchesFor(isKeyringGiven: given("image-keyring") != nil)
    }

    private static func place(
        of image: String?, folder: String?, file: String?, known: CloudImageFacts.Location?,
        facts: CloudImageFacts, release: String
    ) throws -> ImagePlace {
        if let image { return ImagePlace(image) }
        guard let folder = folder ?? known?.folder, let file = file ?? known?.file else {
            throw ElementError(
                "no cloud image of \(facts.distribution) '\(release)' is known",
                hint: "Set \(facts.element).image to the URL or the path of one.")
        }
        let place = ImagePlace(file)
        return place.isRemote || file.hasPrefix("/")
            ? place : ImagePlace(folder + (folder.hasSuffix("/") ? "" : "/") + file)
    }

    private func refuseWhatNobodyVouchesFor(isKeyringGiven: Bool) throws {
        guard digest == nil, !acceptsUnsigned else { return }
        guard facts.isSigned || isKeyringGiven else {
            throw ElementError(
                "nobody vouches for the image '\(image)': \(facts.distribution) does not sign its checksums",
                hint:
                    "Set \(facts.element).image-digest to its digest, or accept it unchecked by \(facts.element).accept-unsigned-image=true."
            )
        }
        guard keyring != nil else {
            throw ElementError(
                "no keyring is set for the checksums of the image '\(image)'",
                hint: facts.keyringHint)
        }
    }
}
