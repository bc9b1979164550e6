// SPDX-License-Identifier: Apache-2.0
internal import ElementAPI

/// Finds out, after dnf or zypper failed, whether a mirror, the signature of an index or that of a package was at fault.
struct RPMDiagnosis {
    let install: RPMInstall
    /// The folder with the packages that were downloaded.
    let packages: String

    private var element: String { install.settings.distribution.element }
    private var keyringName: String { install.keyring?.file ?? "" }

    /// The error that says most about the failure.
    func error(after end: ProgramEnd, of program: String) throws -> ElementError {
        for repository in install.repositories {
            if let fault = try fault(of: repository) { return fault }
        }
        if let fault = try faultOfPackages() { return fault }
        return ElementError(
            "\(program) cannot install what the elements ask for: it ended with \(end)",
            hint: "The repositories answer; the last lines of \(program) tell what failed.")
    }

    /// Whether the index is there, and for zypper whether it is signed.
    private func fault(of repository: RPMRepository) throws -> ElementError? {
        let file = install.work.path + "/index"
        let address = RPMRepository.shown(repository.index)
        try install.download.getIndex(of: repository, to: file)
        guard install.settings.distribution.installer == .zypper, install.keyring != nil else {
            return nil
        }
        let signature = install.work.path + "/index.asc"
        guard try install.download.get(repository.index + ".asc", to: signature).end.isSuccess
        else {
            return ElementError(
                "'\(address)' is not signed: there is no '\(address).asc'",
                hint: "Have the repository signed; accept-unsigned-packages would take it as it is."
            )
        }
        let checked = try install.target.result(
            of: "/bin/sh",
            [
                "-ec", Self.checkScript, "sh", install.work.gpg, signature, file,
            ])
        guard !checked.end.isSuccess else { return nil }
        return ElementError(
            "'\(address)' is not signed by a key in '\(keyringName)'",
            hint: "Set \(element).keyring to the keys of the repository, if you trust them.")
    }

    /// Looks at the packages that were downloaded, and drops from the cache what is not signed by the keyring.
    private func faultOfPackages() throws -> ElementError? {
        guard let keyring = install.keyring else { return nil }
        let list = try install.target.output(
            of: "/bin/sh",
            ["-ec", Self.packageScript, "sh", packages] + install.repositories.map(\.address),
            environment: install.work.environment)
        var faults: [(file: String, error: ElementError)] = []
        for line in list.split(separator: "\n") {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            if let error = fault(ofPackage: fields[0], signature: fields[1], keyring) {
                faults.append((String(fields[2]), error))
            }
        }
        guard let first = faults.first else { return nil }
        try install.target.run("rm", ["-f", "--"] + faults.map(\.file))
        return first.error
    }

    private func fault(
        ofPackage name: Substring, signature: Substring, _ keyring: RPMKeyring
    ) -> ElementError? {
        guard signature.contains("Key ID"), let key = signature.split(separator: " ").last else {
            return ElementError(
                "package '\(name)' is not signed",
                hint: "Have it signed; accept-unsigned-packages would take it as it is.")
        }
        guard !keyring.has(String(key)) else { return nil }
        return ElementError(
            "package '\(name)' is signed by the key \(key.uppercased()), which is not in '\(keyring.file)'",
            hint: "Set \(element).keyring to a file that holds the key, if you trust it.")
    }

    private static let checkScript = """
        gpg --homedir "$1" --batch --quiet --no-autostart --export >"$1/ring"
        gpgv --keyring "$1/ring" "$2" "$3" >/dev/null 2>&1
        """

    /// Takes the folder and the repositories' addresses; prints name, signature and file of each package.
    ///
    /// dnf calls a repository's folder by the checksum of its address, so that those of other builds are passed over.
    /// The signature is in one of two tags, by the kind of key.
    private static let packageScript = """
        folder=$1
        shift
        for address; do
            digest=$(printf %s "$address" | sha256sum | cut -c 1-16)
            find "$folder" -type f \\( -path "*-$digest/packages/*.rpm" -o -path '*/packages/dibhost-*.rpm' \\)
        done | sort -u | while read -r file; do
            rpm --query --package --nosignature --queryformat \
                '%{NEVRA}\\t%|RSAHEADER?{%{RSAHEADER:pgpsig}}:{%|DSAHEADER?{%{DSAHEADER:pgpsig}}:{none}|}|' \
                "$file"
            printf '\\t%s\\n' "$file"
        done
        """
}
