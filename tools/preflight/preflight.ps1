# Can this computer run the workshop, and from which file? For Windows; preflight.cmd starts it.
# Looks only, changes nothing, needs nothing but what Windows 10 and 11 have, and no administrator.
# Exit 0: ready, or ready with a note; 1: not ready.
$ErrorActionPreference = 'Stop'
$Folder = Split-Path -Parent $MyInvocation.MyCommand.Path
$RuleFile = Join-Path $Folder 'rules.txt'
$Ports = @(8080, 8081, 8082, 8282)

# A fact that cannot be found out stays $null, and no rule speaks about it.
function Find-Fact([scriptblock]$Probe) {
    try { return & $Probe } catch { return $null }
}

function ConvertTo-Word($Value) {
    # Some editions of Windows leave out what is asked for.
    if ($null -eq $Value) { return $null }
    if ($Value) { return 'yes' }
    return 'no'
}

function Get-Arm {
    # 5 and 12: the processor itself, whatever this program was made for.
    $Processor = @(Get-CimInstance Win32_Processor)[0]
    return ConvertTo-Word (@(5, 12) -contains $Processor.Architecture)
}

function Get-ProcessorName {
    return ([string]@(Get-CimInstance Win32_Processor)[0].Name).Trim()
}

function Get-MemoryMb {
    return [long][math]::Floor((Get-CimInstance Win32_ComputerSystem).TotalPhysicalMemory / 1048576)
}

function Get-DiskMb {
    # The disk of the user's folder, where VirtualBox keeps its machines.
    $Drive = Split-Path -Qualifier $env:USERPROFILE
    return [long][math]::Floor((Get-CimInstance Win32_LogicalDisk -Filter "DeviceID='$Drive'").FreeSpace / 1048576)
}

function Get-Hypervisor {
    return ConvertTo-Word ((Get-CimInstance Win32_ComputerSystem).HypervisorPresent)
}

function Get-Virtualisation {
    # Under a hypervisor Windows does not see the switch, which then must be on.
    if ((Get-Hypervisor) -eq 'yes') { return 'yes' }
    $Processor = @(Get-CimInstance Win32_Processor)[0]
    return ConvertTo-Word $Processor.VirtualizationFirmwareEnabled
}

function Get-CoreIsolation {
    # 2 in this list: hypervisor-enforced code integrity, which Windows shows as memory integrity.
    $Guard = Get-CimInstance -Namespace 'root\Microsoft\Windows\DeviceGuard' Win32_DeviceGuard
    return ConvertTo-Word (@($Guard.SecurityServicesRunning) -contains 2)
}

function Get-InsideVm {
    $Model = (Get-CimInstance Win32_ComputerSystem).Model
    return ConvertTo-Word ($Model -match 'VirtualBox|VMware|Virtual Machine|KVM|QEMU|Parallels')
}

function Get-VirtualBox {
    foreach ($Key in @('HKLM:\SOFTWARE\Oracle\VirtualBox', 'HKLM:\SOFTWARE\WOW6432Node\Oracle\VirtualBox')) {
        if (Test-Path $Key) {
            $Version = (Get-ItemProperty $Key).Version
            # Where it says %VER% the installer left the number in another value.
            if ($Version -notmatch '^\d') { $Version = (Get-ItemProperty $Key).VersionExt }
            if ($Version -match '^\d') { return ($Version -split '[r_]')[0] }
        }
    }
    return 'none'
}

function Get-Wsl {
    # wsl.exe is not asked: where WSL is missing it is there all the same, and offers to install it.
    $Key = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Lxss\MSI'
    if (Test-Path $Key) {
        $Version = (Get-ItemProperty $Key).Version
        if ($Version -match '^\d') { return $Version }
    }
    $Program = Join-Path $env:ProgramFiles 'WSL\wsl.exe'
    if (Test-Path -LiteralPath $Program) {
        $Version = (Get-Item -LiteralPath $Program).VersionInfo.ProductVersion
        if ($Version -match '^\d') { return ($Version -split '[^\d.]')[0] }
    }
    return 'none'
}

function Get-VersionNumber([string]$Version) {
    # 70216 of 7.2.16, which numbers compare.
    if ($Version -match '^(\d+)\.(\d+)(\.(\d+))?') {
        return 10000 * [int]$Matches[1] + 100 * [int]$Matches[2] + [int]$Matches[4]
    }
    return $null
}

function Get-TakenPort {
    $Listening = [System.Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties().GetActiveTcpListeners()
    $Used = @($Listening | ForEach-Object { $_.Port })
    $Reserved = @(Get-ReservedRange)
    return @($Ports | Where-Object {
            $Port = $_
            ($Used -contains $Port) -or @($Reserved | Where-Object { $Port -ge $_.First -and $Port -le $_.Last }).Count -gt 0
        })
}

function Get-ReservedRange {
    # Hyper-V reserves ranges of ports, in which no program can listen although none does.
    foreach ($Line in (netsh interface ipv4 show excludedportrange protocol=tcp)) {
        if ($Line -match '^\s*(\d+)\s+(\d+)') {
            [pscustomobject]@{ First = [int]$Matches[1]; Last = [int]$Matches[2] }
        }
    }
}

function Get-Facts {
    $Facts = @{
        processor      = Find-Fact { Get-ProcessorName }
        arm            = Find-Fact { Get-Arm }
        memory_mb      = Find-Fact { Get-MemoryMb }
        disk_mb        = Find-Fact { Get-DiskMb }
        virtualisation = Find-Fact { Get-Virtualisation }
        hypervisor     = Find-Fact { Get-Hypervisor }
        core_isolation = Find-Fact { Get-CoreIsolation }
        inside_vm      = Find-Fact { Get-InsideVm }
        virtualbox     = Find-Fact { Get-VirtualBox }
        wsl            = Find-Fact { Get-Wsl }
        ports          = 'free'
        ports_taken    = ''
    }
    $Facts.virtualbox_number = Get-VersionNumber $Facts.virtualbox
    $Facts.wsl_number = Get-VersionNumber $Facts.wsl
    $Taken = @(Find-Fact { Get-TakenPort })
    if ($Taken.Count -gt 0 -and $null -ne $Taken[0]) {
        $Facts.ports = 'taken'
        $Facts.ports_taken = $Taken -join ', '
    }
    return $Facts
}

function Get-Rule {
    foreach ($Line in [System.IO.File]::ReadAllLines($RuleFile)) {
        if ($Line -match '^\s*(#|$)') { continue }
        $Part = @($Line -split '\|' | ForEach-Object { $_.Trim() })
        if (($Part[1] -split ' ') -notcontains 'windows') { continue }
        [pscustomobject]@{
            Id = $Part[0]; When = $Part[2]; Level = $Part[3]; Text = $Part[4]
        }
    }
}

function Test-Comparison([string]$Comparison, $Facts) {
    $Name, $Is, $Bound = $Comparison -split ' '
    $Value = $Facts[$Name]
    if ($null -eq $Value) { return $false }
    switch ($Is) {
        'eq' { return [string]$Value -eq $Bound }
        'lt' { return [long]$Value -lt [long]$Bound }
        'ge' { return [long]$Value -ge [long]$Bound }
    }
    return $false
}

function Test-Rule($Rule, $Facts) {
    foreach ($Comparison in ($Rule.When -split ' and ')) {
        if (-not (Test-Comparison $Comparison $Facts)) { return $false }
    }
    return $true
}

function Get-Finding($Facts) {
    $Decided = @{}
    foreach ($Rule in Get-Rule) {
        if ($Decided.ContainsKey($Rule.Id)) { continue }
        if (-not (Test-Rule $Rule $Facts)) { continue }
        $Decided[$Rule.Id] = $true
        $Text = $Rule.Text
        foreach ($Name in $Facts.Keys) { $Text = $Text.Replace('{' + $Name + '}', [string]$Facts[$Name]) }
        [pscustomobject]@{ Level = $Rule.Level; Text = $Text }
    }
}

function Show-Fact([string]$Title, $Value) {
    if ($null -eq $Value -or $Value -eq '') { $Value = 'could not be found out' }
    Write-Host ('  {0,-18} {1}' -f $Title, $Value)
}

function Show-Numbered($Findings) {
    $Number = 0
    foreach ($Finding in $Findings) {
        $Number += 1
        Write-Host "$Number. $($Finding.Text)"
    }
}

function Show-Page([string]$Panel) {
    $Page = Join-Path (Split-Path -Parent $PSScriptRoot) '0_START_HERE.html'
    if (-not $Panel -or -not (Test-Path -LiteralPath $Page)) { return }
    # Through a page that leads there: Windows drops what follows the # of a file's address.
    $Address = ([uri]$Page).AbsoluteUri + '#' + $Panel
    $Leads = Join-Path $env:TEMP 'workshop-start.html'
    $Text = '<!doctype html><meta http-equiv="refresh" content="0; url=' + $Address + '">'
    Set-Content -LiteralPath $Leads -Encoding ASCII -Value $Text
    Start-Process $Leads
}

if (-not (Test-Path -LiteralPath $RuleFile)) {
    Write-Host 'preflight: rules.txt is missing; copy the whole folder.'
    exit 1
}
$Facts = Get-Facts
$Findings = @(Get-Finding $Facts)
$Stops = @($Findings | Where-Object { $_.Level -eq 'stop' })
$Notes = @($Findings | Where-Object { $_.Level -eq 'note' })
$Files = @($Findings | Where-Object { $_.Level -eq 'file' })

Write-Host 'What this computer is like:'
Show-Fact 'Processor' $Facts.processor
Show-Fact 'Arm processor' $Facts.arm
Show-Fact 'Memory (MB)' $Facts.memory_mb
Show-Fact 'Free disk (MB)' $Facts.disk_mb
Show-Fact 'Virtualisation' $Facts.virtualisation
Show-Fact 'Other hypervisor' $Facts.hypervisor
Show-Fact 'VirtualBox' $Facts.virtualbox
Show-Fact 'WSL' $Facts.wsl
Show-Fact 'Ports' ("$($Facts.ports) $($Facts.ports_taken)".Trim())
Write-Host ''

if ($Stops.Count -gt 0) {
    Write-Host 'NOT READY. Do this, then start this check again:'
    Show-Numbered ($Stops + $Notes)
} elseif ($Notes.Count -gt 0) {
    Write-Host 'READY, BUT:'
    Show-Numbered $Notes
} else {
    Write-Host 'READY. This computer can run the workshop.'
}
foreach ($File in $Files) {
    Write-Host ''
    Write-Host 'What is for this computer:'
    Write-Host $File.Text
}
Show-Page (@($Findings | Where-Object { $_.Level -eq 'page' } | ForEach-Object { $_.Text }) | Select-Object -First 1)
if ($Stops.Count -gt 0) { exit 1 }
exit 0
