# Is this stick whole? For Windows; verify.cmd starts it. Needs nothing but what Windows has.
$ErrorActionPreference = 'Stop'
$folder = Split-Path -Parent $MyInvocation.MyCommand.Path
$list = Join-Path $folder 'SHA256SUMS'

function Get-Sha256([string]$path) {
    $algorithm = [System.Security.Cryptography.SHA256]::Create()
    $stream = [System.IO.File]::OpenRead($path)
    try {
        return ([System.BitConverter]::ToString($algorithm.ComputeHash($stream)) -replace '-', '').ToLowerInvariant()
    } finally {
        $stream.Dispose()
        $algorithm.Dispose()
    }
}

if (-not (Test-Path -LiteralPath $list)) {
    Write-Host 'This stick has no list of its files (SHA256SUMS). It was not written to its end: ask for another.'
    exit 1
}

$lines = @([System.IO.File]::ReadAllLines($list) | Where-Object { $_ })
$files = 0
$bad = 0
foreach ($line in $lines) {
    $wanted = $line.Substring(0, 64)
    $name = $line.Substring(66)
    $path = Join-Path $folder $name.Replace('/', '\')
    $files += 1
    Write-Progress -Activity 'Looking at the files of this stick' -Status $name -PercentComplete (100 * $files / $lines.Count)
    if (-not (Test-Path -LiteralPath $path -PathType Leaf)) {
        Write-Host "MISSING  $name"
        $bad += 1
        continue
    }
    try {
        $found = Get-Sha256 $path
    } catch {
        $found = 'cannot be read'
    }
    if ($found -ne $wanted) {
        Write-Host "DAMAGED  $name"
        $bad += 1
    }
}

if ($bad -eq 0) {
    Write-Host "All $files files are right."
    exit 0
}
Write-Host "$bad of $files files are not right. Ask the organiser for another stick."
exit 1
