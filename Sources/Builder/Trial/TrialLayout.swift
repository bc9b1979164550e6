// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning

/// The disk layout of a dry run: a root file system on the only partition of an MBR.
enum TrialLayout {
    private static let layout = DiskLayout(
        table: .mbr, label: "root", installsBootLoader: true)

    /// What hooks are told of it.
    static var values: [BuildValueName: String] { layout.values }

    /// As the hook gets it.
    static var text: String { LayoutWriter.text(layout) }

    /// Why a build would refuse the layout that the plugin made of it.
    static func fault(of text: String, in order: TrialOrder) -> BuildError? {
        var request = BuildRequest(elements: [order.manifest.name], user: order.user)
        request.architecture = order.architecture
        let plan = BuildPlan(version: ProgramVersion.text, request: request, layout: layout)
        do {
            _ = try plan.layout(text, by: order.manifest.name, inPlaceOf: layout)
            return nil
        } catch {
            return error as? BuildError ?? BuildError(.buildFailed, "\(error)")
        }
    }
}
