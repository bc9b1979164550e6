// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// The cloud images and checksum files that are kept between builds, below CACHE/images.
///
/// An image is there under its digest, and only after that was found right; a checksum file under the digest of its
/// URL, and only after its signature was. All is done with the rights of the user who called dibhost. An image that no
/// build has used for 30 days is removed.
struct ImageStore {
    let target: RootContext
    let retries: Int
    /// The folder on the build host.
    let folder: String
    private let isOffline: Bool

    init(target: RootContext, retries: Int) throws {
        self.target = target
        self.retries = retries
        folder = "\(try target.requiredValue(of: .cacheFolder))/images"
        isOffline = target.value(of: .offline) == "true"
    }

    /// The path of the image with this digest: from the cache, or downloaded into it.
    func image(_ place: ImagePlace, digest: ImageDigest) throws -> String {
        let file = "\(folder)/\(digest.algorithm.rawValue)-\(digest.hex)"
        if isOffline {
            guard try found(file, digest: digest) else {
                throw ElementError(
                    "the cache does not hold the image '\(place)' (\(digest)), and --offline forbids to download it",
                    hint: "Build once without --offline.")
            }
            return file
        }
        target.log("getting the image '\(place)' (\(digest))")
        let answer = try download(
            place, [file, digest.algorithm.program, digest.hex], script: ImageDownload.script)
        switch answer.first {
        case "have": return file
        case "wrong":
            throw ElementError(
                "the image '\(place)' has the digest '\(digest.algorithm.rawValue):\(answer[1])' (\(answer[2]) bytes), not '\(digest)'",
                hint:
                    "It was damaged or exchanged on its way and is removed from the cache; build again, or look at the server."
            )
        default: throw failure(of: place, answer)
        }
    }

    /// The path of a new file with what is at the URL; nil when the server says that there is nothing.
    func temporary(_ place: ImagePlace) throws -> String? {
        let answer = try download(place, [folder + "/new"], script: ImageDownload.plainScript)
        switch answer.first {
        case "new": return answer[1]
        case "failed" where ["404", "410", "403"].contains(answer[2]): return nil
        default: throw failure(of: place, answer)
        }
    }

    /// Keeps a file of `temporary` under a name below the folder.
    func keep(_ file: String, as name: String) throws -> String {
        let path = "\(folder)/\(name)"
        try target.run("mv", ["-f", "--", file, path], asUser: true)
        return path
    }

    /// Removes a file of `temporary`.
    func discard(_ file: String) throws { try target.run("rm", ["-f", "--", file], asUser: true) }

    /// The name under which what was at a URL is kept.
    func key(of place: ImagePlace) throws -> String {
        let sum = try target.output(of: "sha256sum", input: place.text)
        return "url-" + sum.prefix(40)
    }

    /// Whether the file is there and has the digest; one that has another is removed.
    private func found(_ file: String, digest: ImageDigest) throws -> Bool {
        guard try target.result(of: "test", ["-f", file], asUser: true).end.isSuccess else {
            return false
        }
        let sum = try target.output(of: digest.algorithm.program, ["--", file], asUser: true)
        guard !sum.hasPrefix(digest.hex) else { return true }
        target.log("'\(file)' is damaged and removed", level: .warning)
        try discard(file)
        return false
    }

    /// What the script says: words of its last line.
    private func download(
        _ place: ImagePlace, _ arguments: [String], script: String
    ) throws -> [String] {
        // The URL may hold a password, which must not be in an argument list; curl reads it as a setting.
        let quoted = place.text.filter { $0 != "\"" && $0 != "\\" && !$0.isNewline }
        let (end, output) = try target.result(
            of: "/bin/sh", ["-c", script, "sh", String(retries)] + arguments,
            input: "url = \"\(quoted)\"\n", asUser: true)
        let words = output.split(separator: "\n").last?.split(separator: " ").map(String.init)
        guard end.isSuccess, let words else {
            throw ElementError(
                "cannot keep '\(place)' in '\(folder)': the script ended with \(end)",
                hint: "Look at the log, and at the room and the rights of the folder.")
        }
        return words
    }

    private func failure(of place: ImagePlace, _ answer: [String]) -> ElementError {
        guard answer.count == 4, answer[0] == "failed" else {
            return ElementError(
                "another build holds the download of '\(place)' for more than an hour",
                hint: "Wait for its end, or end it.")
        }
        let isRefused = (Int(answer[2]) ?? 0) >= 400
        let words = Self.reasons[answer[1], default: "the download failed"]
        let reason =
            isRefused ? "the server answered \(answer[2])" : "\(words) (curl: \(answer[1]))"
        return ElementError(
            "cannot get '\(place)': \(reason) after \(answer[3]) \(answer[3] == "1" ? "try" : "tries")",
            hint:
                "Check that the server is up and has the file, set \(Self.other), or build with --offline from the cache."
        )
    }

    private static let other = "the parameter 'image' to another place"

    /// What exit statuses of curl mean, curl(1).
    private static let reasons = [
        "3": "that is no URL", "5": "the proxy is not known", "6": "the host is not known",
        "7": "nobody answers there", "18": "the connection ended early",
        "28": "the server is too slow", "33": "the server cannot continue it",
        "35": "TLS failed", "52": "the server said nothing", "56": "the connection broke",
        "60": "the server's certificate is not known",
    ]
}
