// SPDX-License-Identifier: Apache-2.0

import Elements
import LinuxSystem
import Planning

extension CatalogOptions {
    /// The elements of the paths that were named, for commands that build nothing.
    func catalog() throws -> ElementCatalog { try ElementCatalog(for: try request()) }

    /// A request for no elements, with these paths.
    func request() throws -> BuildRequest {
        let environment = ProcessEnvironment.current
        let account = UserAccount.invoking(environment: environment)
        var request = BuildRequest(
            elements: [],
            user: .init(
                name: account.name, id: account.id, group: account.group, groups: account.groups,
                home: account.home))
        request.pluginFolders = try resolvedPluginFolders(environment: environment)
        request.elementFolders = try resolvedElementFolders(environment: environment)
        request.preferLegacy = preferLegacy
        request.preferNative = preferNative
        return request
    }
}
