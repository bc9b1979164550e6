// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

extension BuildRequest {
    /// "NAME:TAG", what container formats call the image: --docker-target, else the name of the outputs.
    package var containerReference: String {
        let name = dockerTarget ?? Self.containerName(imageName)
        let hasTag = name.split(separator: "/").last?.contains(":") ?? false
        return hasTag ? name : "\(name):latest"
    }

    /// The file's name with what a repository's name cannot hold replaced.
    private static func containerName(_ imageName: String) -> String {
        let name = imageName.split(separator: "/").last.map(String.init) ?? ""
        let words = name.lowercased().split { !isPlain($0) }
        return words.isEmpty ? "image" : words.joined(separator: "-")
    }

    /// Checks the name that the image gets in a container engine.
    ///
    /// - Throws: `BuildError` with status 2.
    package func checkDockerTarget() throws {
        guard let dockerTarget else { return }
        let words = dockerTarget.split(omittingEmptySubsequences: false) { !isPart($0) }
        let parts = dockerTarget.split(separator: "/", omittingEmptySubsequences: false)
        guard words.count == 1, parts.allSatisfy({ $0.first.map(Self.isPlain) ?? false }),
            parts.last?.split(separator: ":", omittingEmptySubsequences: false).count ?? 0 <= 2,
            dockerTarget.last != ":"
        else {
            throw BuildError(
                .refused, "--docker-target '\(dockerTarget)' is no name of a container image",
                hint: "Write NAME or NAME:TAG, in lower case, such as 'example/debian:12'.")
        }
    }

    private func isPart(_ character: Character) -> Bool {
        Self.isPlain(character) || "._-/:".contains(character)
    }

    private static func isPlain(_ character: Character) -> Bool {
        character.isASCII && (character.isNumber || character.isLetter && character.isLowercase)
    }
}
