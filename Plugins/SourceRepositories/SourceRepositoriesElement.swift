// SPDX-License-Identifier: Apache-2.0

public import ElementAPI
internal import SourceRepositoriesManifest

/// Fetches the sources that elements name in their files source-repository-*, as the user, into the cache and the tree.
struct SourceRepositories: Element, ExtraDataPhase {
    /// Makes the element from its parameters, of which it has none.
    init(_ parameters: Parameters) throws {}

    /// Runs the program beside this file.
    func extraData(_ target: ExtraDataContext) throws {
        try target.run(
            "/bin/bash", ["-c", String(cString: source_repositories_program())], asUser: true)
    }
}

/// The plugin's one exported function.
@c(dib_element_v1)
public func entry(_ host: UnsafePointer<dib_host>?) -> UnsafePointer<dib_element>? {
    exportElement(SourceRepositories.self, host)
}
