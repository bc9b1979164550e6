// SPDX-License-Identifier: Apache-2.0

package import Planning
package import SystemPackage

/// The folder that stands for a native element wherever shell elements look an element's folder up.
///
/// It holds what other elements read there, made from the manifest.
package enum NativeElementView {
    /// Adds one folder per native element, below the new folder `views`, to `files`.
    ///
    /// Each holds element-deps and element-provides, and where elements of the plan read them, package-installs.yaml
    /// and pkg-map. Native elements map no services.
    package static func add(to files: inout UserFiles, for plan: BuildPlan, in views: FilePath) {
        files.addFolder(views)
        for element in plan.elements.map(\.description) where element.kind == .native {
            let folder = views.appending(element.name)
            files.addFolder(folder)
            files.addFile(folder.appending("element-deps"), lines(element.requires))
            files.addFile(folder.appending("element-provides"), lines(element.provides))
            let packages = plan.laterPackages(of: element)
            guard !packages.isEmpty else { continue }
            files.addFile(folder.appending("package-installs.yaml"), packages.packageList)
            files.addFile(folder.appending("pkg-map"), packages.packageMap)
        }
    }

    private static func lines(_ names: [String]) -> String {
        names.map { $0 + "\n" }.joined()
    }
}
