// SPDX-License-Identifier: Apache-2.0

package import LinuxSystem
package import Planning
package import SystemPackage

/// The folder that stands for a native element wherever shell elements look an element's folder up.
///
/// It holds what other elements read there, made from the manifest.
package enum NativeElementView {
    /// Makes one folder per native element below the new folder `views`; all belong to `user`.
    ///
    /// Each holds element-deps and element-provides, and where elements of the plan read them, package-installs.yaml
    /// and pkg-map. Native elements map no services.
    package static func make(
        for plan: BuildPlan, in views: FilePath, user: Command.Credentials? = nil
    ) throws {
        try run("mkdir", ["-m", "0755", "--", views.string], as: user)
        for element in plan.elements.map(\.description) where element.kind == .native {
            let folder = views.appending(element.name)
            try run("mkdir", ["-m", "0755", "--", folder.string], as: user)
            var files = [
                "element-deps": lines(element.requires),
                "element-provides": lines(element.provides),
            ]
            let packages = plan.laterPackages(of: element)
            if !packages.isEmpty {
                files["package-installs.yaml"] = packages.packageList
                files["pkg-map"] = packages.packageMap
            }
            for (name, text) in files.sorted(by: { $0.key < $1.key }) {
                let path = folder.appending(name).string
                try run("install", ["-m", "0644", "/dev/stdin", path], as: user, input: text)
            }
        }
    }

    private static func lines(_ names: [String]) -> String {
        names.map { $0 + "\n" }.joined()
    }

    private static func run(
        _ program: String, _ arguments: [String], as user: Command.Credentials?, input: String = ""
    ) throws {
        var command = Command(program, arguments)
        command.credentials = user
        command.standardInput = .text(input)
        try command.checkedOutput()
    }
}
