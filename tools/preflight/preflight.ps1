# Can this computer run the workshop's virtual machine? For Windows; preflight.cmd starts it.
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

function Get-VirtualBoxMajor([string]$Version) {
    if ($Version -match '^(\d+)\.') { return [int]$Matches[1] }
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
        arm            = Find-Fact { Get-Arm }
        memory_mb      = Find-Fact { Get-MemoryMb }
        disk_mb        = Find-Fact { Get-DiskMb }
        virtualisation = Find-Fact { Get-Virtualisation }
        hypervisor     = Find-Fact { Get-Hypervisor }
        core_isolation = Find-Fact { Get-CoreIsolation }
        inside_vm      = Find-Fact { Get-InsideVm }
        virtualbox     = Find-Fact { Get-VirtualBox }
        ports          = 'free'
        ports_taken    = ''
    }
    $Facts.virtualbox_major = Get-VirtualBoxMajor $Facts.virtualbox
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
            Id = $Part[0]; Fact = $Part[2]; Is = $Part[3]; Bound = $Part[4]; Level = $Part[5]; Text = $Part[6]
        }
    }
}

function Test-Rule($Rule, $Facts) {
    $Value = $Facts[$Rule.Fact]
    if ($null -eq $Value) { return $false }
    switch ($Rule.Is) {
        'eq' { return [string]$Value -eq $Rule.Bound }
        'lt' { return [long]$Value -lt [long]$Rule.Bound }
    }
    return $false
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

if (-not (Test-Path -LiteralPath $RuleFile)) {
    Write-Host 'preflight: rules.txt is missing; copy the whole folder.'
    exit 1
}
$Facts = Get-Facts
$Findings = @(Get-Finding $Facts)
$Stops = @($Findings | Where-Object { $_.Level -eq 'stop' })
$Notes = @($Findings | Where-Object { $_.Level -eq 'note' })

Write-Host 'What this computer is like:'
Show-Fact 'Arm processor' $Facts.arm
Show-Fact 'Memory (MB)' $Facts.memory_mb
Show-Fact 'Free disk (MB)' $Facts.disk_mb
Show-Fact 'Virtualisation' $Facts.virtualisation
Show-Fact 'Other hypervisor' $Facts.hypervisor
Show-Fact 'VirtualBox' $Facts.virtualbox
Show-Fact 'Ports' ("$($Facts.ports) $($Facts.ports_taken)".Trim())
Write-Host ''

if ($Stops.Count -gt 0) {
    Write-Host 'NOT READY. Do this, then start this check again:'
    Show-Numbered ($Stops + $Notes)
    exit 1
}
if ($Notes.Count -gt 0) {
    Write-Host 'READY, BUT:'
    Show-Numbered $Notes
} else {
    Write-Host 'READY. This computer can run the workshop.'
}
exit 0
