// SPDX-License-Identifier: Apache-2.0

internal import Planning

extension LegacyEnvironment {
    /// What the original tells its elements of options and of the variables behind them.
    ///
    /// Those that the original sets only with their option are set only then.
    var optionVariables: [String: String] {
        let request = plan.request
        var variables = [
            "DIB_ARGS": plan.shownCommandLine.joined(separator: " "),
            "DIB_CHECKSUM": request.checksumFiles.isEmpty
                ? "0" : request.checksumFiles.map(\.rawValue).joined(separator: ","),
            "DIB_MIN_TMPFS": request.environment["DIB_MIN_TMPFS"] ?? "2",
        ]
        variables["DIB_ENV"] = callersVariables
        if request.skipBase { variables["SKIP_BASE"] = "1" }
        if let element = request.ramdisk?.element { variables["RAMDISK_ELEMENT"] = element }
        if let size = request.leastTmpfs { variables["DIB_MIN_TMPFS"] = size.gibibyteText }
        if let size = request.imageExtraSize {
            variables["DIB_IMAGE_EXTRA_SIZE"] = size.mebibyteText
        }
        if let size = request.mkfsJournalSize { variables["DIB_JOURNAL_SIZE"] = size.mebibyteText }
        if let blocks = request.maxOnlineResize { variables["MAX_ONLINE_RESIZE"] = String(blocks) }
        return variables
    }

    /// The caller's variables for elements as bash declares them, without values that are secret.
    private var callersVariables: String {
        let secret = Set(plan.parameters.filter(\.isSecret).compactMap(\.environmentName))
        return plan.request.environment
            .filter { $0.key.hasPrefix("DIB_") && !secret.contains($0.key) }
            .sorted { $0.key < $1.key }
            .map { "declare -x \($0.key)=\"\(Self.escaped($0.value))\"" }
            .joined(separator: "\n")
    }

    private static func escaped(_ text: String) -> String {
        text.map { "\"\\$`".contains($0) ? "\\\($0)" : String($0) }.joined()
    }
}
