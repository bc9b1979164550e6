// SPDX-License-Identifier: Apache-2.0

/// What a distribution's element knows of the cloud images that the distribution publishes.
public struct CloudImageFacts: Sendable {
    /// Where an image lies.
    public struct Location: Sendable, Equatable {
        /// The URL of the folder, without a slash at its end.
        public let folder: String
        /// The file's name in it.
        public let file: String

        /// An image by folder and name.
        public init(_ folder: String, _ file: String) {
            self.folder = folder
            self.file = file
        }
    }

    /// The checksum file of an image, by its name in the image's folder.
    public enum Checksums: Sendable, Equatable {
        /// One that lists the files of the folder.
        case list(String)
        /// One of this image alone; the name in it may be that of the file which the image's name is a link to.
        case single(String)

        /// The name of the file.
        var name: String {
            switch self {
            case .list(let name), .single(let name): name
            }
        }
    }

    /// What users call the distribution, such as "Fedora".
    public let distribution: String
    /// The name of the element, by which users set its parameters.
    public let element: String
    /// The keyring on the build host when the user names none; nil where no Debian package brings one.
    public let keyring: String?
    /// How to get the keys, in one sentence.
    public let keyringHint: String
    /// Endings of the detached signature beside the checksum file, the likeliest first; none where that is clearsigned.
    public let signatureSuffixes: [String]
    /// Whether the distribution signs its checksum files at all.
    public let isSigned: Bool
    /// The image of a release and of an architecture by Debian's name; nil where none is known.
    public let location: @Sendable (_ release: String, _ architecture: String) -> Location?
    /// The checksum file of an image by the image's name.
    public let checksums: @Sendable (_ file: String) -> Checksums

    /// The facts of one distribution.
    public init(
        distribution: String, element: String, keyring: String? = nil, keyringHint: String,
        isSigned: Bool = true, signatureSuffixes: [String] = [],
        checksums: @escaping @Sendable (_ file: String) -> Checksums,
        location: @escaping @Sendable (_ release: String, _ architecture: String) -> Location?
    ) {
        self.distribution = distribution
        self.element = element
        self.keyring = keyring
        self.keyringHint = keyringHint
        self.isSigned = isSigned
        self.signatureSuffixes = signatureSuffixes
        self.checksums = checksums
        self.location = location
    }

    /// The name that Fedora, SUSE and others have for one of Debian's names of architectures.
    static func machine(_ architecture: String) -> String {
        ["amd64": "x86_64", "arm64": "aarch64", "ppc64el": "ppc64le"][architecture] ?? architecture
    }
}
