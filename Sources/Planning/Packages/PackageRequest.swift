// SPDX-License-Identifier: Apache-2.0

/// One entry of an element's package-installs file: a package, and when it is wanted.
///
/// A name may have several entries, which are looked at one by one.
package struct PackageRequest: Equatable, Sendable {
    /// The logical name, which pkg-map translates.
    package var name: String
    package var element: String
    /// The file and its line, such as "package list of element 'x' '/e/x/package-installs.yaml:3'".
    package var place: String
    /// The folder of the phase, such as "install.d".
    package var phase = "install.d"
    /// The element's install type that the entry is for; nil: any.
    package var installType: String?
    /// Architectures as they are written: names between commas, spaces included.
    package var architectures: String?
    package var otherArchitectures: String?
    package var pythonVersion = ""
    /// All of them have to hold; see `PackageCondition`.
    package var conditions: [String] = []
    /// Whether the entry removes the package.
    package var isRemoval = false
    /// Whether the package goes again at the end of the phase.
    package var isBuildOnly = false

    package init(name: String, element: String, place: String) {
        self.name = name
        self.element = element
        self.place = place
    }
}
