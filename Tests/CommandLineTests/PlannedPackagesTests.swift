// SPDX-License-Identifier: Apache-2.0

import Foundation
import LinuxSystem
import Planning
import SystemPackage
import TestSupport
import Testing

/// A plan lists every package that the build will ask for.
@Suite struct PlannedPackagesTests {
    /// What the element debian adds for bookworm alone.
    private static let ofBookworm: Set = [
        "apt-transport-https", "software-properties-common", "gnupg2", "distro-info-data",
        "iso-codes", "krb5-locales", "libgpm2", "libldap-common", "libsasl2-modules",
    ]

    @Test(arguments: [([], "bookworm"), (["--set", "debian.release=trixie"], "trixie")])
    func packagesOfOneReleaseAreInItsPlanOnly(options: [String], release: String) throws {
        try TemporaryFolder.with("packages") { folder in
            let plugins = try BuiltProducts.pluginFolder(in: folder)
            let run = try DibhostRun(
                ["plan", "--json", "--plugin-dir", plugins.string, "debian"] + options, in: folder)
            let plan = try JSONDecoder().decode(BuildPlan.self, from: Data(run.output.utf8))
            #expect(plan.parameters.contains { $0.name == "release" && $0.value == release })
            #expect(plan.packages.contains("systemd-sysv"))
            let found = Self.ofBookworm.intersection(plan.packages)
            #expect(found == (release == "bookworm" ? Self.ofBookworm : []))
        }
    }

    @Test func elementsShowNamesTheConditionOfAPackage() throws {
        try TemporaryFolder.with("packages") { folder in
            let plugins = try BuiltProducts.pluginFolder(in: folder)
            let run = try DibhostRun(
                ["elements", "show", "debian", "--plugin-dir", plugins.string], in: folder)
            #expect(run.output.contains(", gnupg2 (release bookworm), "))
        }
    }
}
