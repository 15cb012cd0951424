"""All that a descriptor of ours may hold: one whose values are patterns. Anything else is refused.

VirtualBox reads hundreds of elements (bridges, serial ports into files of the host, shared folders, debuggers
that listen), finds them under any namespace, and takes ``1`` and ``yes`` for ``true``. So what is not known
is not harmless. This comes after the other checks, which say more about the faults that they know.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from string import Template
from xml.etree import ElementTree as ET

from organiser.appliance.envelope import OVF, RASD, VBOX, VSSD
from organiser.appliance.machine import NAME
from organiser.appliance.verify.checks import Stage
from organiser.appliance.verify.subject import Subject

STAGE: Stage[Subject] = Stage()
RULE = "urn:rule"
PREFIXES = {
    OVF: "",
    VBOX: "vbox:",
    RASD: "rasd:",
    VSSD: "vssd:",
    "http://www.w3.org/XML/1998/namespace": "xml:",
}
ADVICE = "get the file anew, or have it written anew by 'workshop appliance export'"
DECLARED = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']""")

# A value is a pattern of the whole value; ".*" is judged by a check of its own (or only shown).
# A question mark in front: the attribute may be absent. r:times: "?" at most once, "*" any number; else once.
# Of several elements of one name each is another alternative.
ENVELOPE = """
<Envelope ovf:version="?.*" xml:lang="?[A-Za-z-]{2,12}" xmlns="$ovf" xmlns:ovf="$ovf" xmlns:rasd="$rasd"
  xmlns:vssd="$vssd" xmlns:vbox="$vbox" xmlns:r="$rule">
  <References><File ovf:id="[\\w.-]+" ovf:href=".*" ovf:size=".*"/></References>
  <DiskSection>
    <Info>.*</Info>
    <Disk ovf:capacity=".*" ovf:capacityAllocationUnits="?.*" ovf:diskId="[\\w.-]+" ovf:fileRef=".*"
      ovf:format=".*" vbox:uuid=".*"/>
  </DiskSection>
  <NetworkSection>
    <Info>.*</Info>
    <Network ovf:name="NAT"><Description r:times="?">.*</Description></Network>
  </NetworkSection>
  <VirtualSystem ovf:id="$name">
    <Info>.*</Info>
    <ProductSection><Info>.*</Info><Product>.*</Product><Version>.*</Version></ProductSection>
    <AnnotationSection><Info>.*</Info><Annotation>.*</Annotation></AnnotationSection>
    <OperatingSystemSection ovf:id="[0-9]{1,3}">
      <Info>.*</Info>
      <Description>.*</Description>
      <vbox:OSType ovf:required="false">.*</vbox:OSType>
    </OperatingSystemSection>
    <VirtualHardwareSection>
      <Info>.*</Info>
      <System>
        <vssd:ElementName>.*</vssd:ElementName>
        <vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemIdentifier>$name</vssd:VirtualSystemIdentifier>
        <vssd:VirtualSystemType>virtualbox-2[.]2</vssd:VirtualSystemType>
      </System>
      <Item>
        $shown <rasd:Description>.*</rasd:Description>
        <rasd:ResourceType>3</rasd:ResourceType>
        <rasd:VirtualQuantity>.*</rasd:VirtualQuantity>
      </Item>
      <Item>
        $shown <rasd:Description>.*</rasd:Description>
        <rasd:ResourceType>4</rasd:ResourceType>
        <rasd:AllocationUnits>.*</rasd:AllocationUnits>
        <rasd:VirtualQuantity>.*</rasd:VirtualQuantity>
      </Item>
      <Item>
        $shown <rasd:Description>.*</rasd:Description>
        <rasd:ResourceType>20</rasd:ResourceType>
        <rasd:ResourceSubType>$controller</rasd:ResourceSubType>
        <rasd:Address>0</rasd:Address>
      </Item>
      <Item>
        $shown <rasd:Description>.*</rasd:Description>
        <rasd:ResourceType>17</rasd:ResourceType>
        <rasd:AddressOnParent>0</rasd:AddressOnParent>
        <rasd:HostResource>.*</rasd:HostResource>
        <rasd:Parent>[0-9]{1,4}</rasd:Parent>
      </Item>
      <Item>
        $shown <rasd:ResourceType>10</rasd:ResourceType>
        <rasd:ResourceSubType>E1000</rasd:ResourceSubType>
        <rasd:AutomaticAllocation>true</rasd:AutomaticAllocation>
        <rasd:Connection>NAT</rasd:Connection>
      </Item>
    </VirtualHardwareSection>
    $machine
  </VirtualSystem>
</Envelope>
"""
SHOWN = """
<rasd:Caption>.*</rasd:Caption><rasd:ElementName>.*</rasd:ElementName>
<rasd:InstanceID>[1-9][0-9]{0,3}</rasd:InstanceID>
"""
MACHINE = """
<vbox:Machine ovf:required="false" version=".*" uuid=".*" name="$name"
  OSType="[A-Za-z0-9_]+" snapshotFolder="Snapshots">
  <Info>.*</Info>
  <Description>.*</Description>
  <Hardware>
    <Memory RAMSize="$number"/>
    <Boot>
      <Order position="1" device="HardDisk"/>
      <Order position="2" device="None"/>
      <Order position="3" device="None"/>
      <Order position="4" device="None"/>
    </Boot>
    <Display controller=".*" VRAMSize="16"/>
    <RemoteDisplay enabled="false"/>
    <Network>
      <Adapter slot="0" enabled="true" cable="true" type=".*">
        $unused
        <NAT>
          <DNS use-host-resolver="true"/>
          <Forwarding r:times="*" name="[^\\x00-\\x1f,]{1,99}" proto="1|TCP" hostip=".*" hostport="$number"
            guestport="$number"/>
        </NAT>
      </Adapter>
      <Adapter r:times="*" slot="[1-7]" enabled="?false" cable="?true|false" type="?[0-9A-Za-z]+">
        $unused
      </Adapter>
    </Network>
    <AudioAdapter enabled="false"/>
    <Clipboard mode="Disabled"/>
    <DragAndDrop mode="Disabled"/>
    $hardware
  </Hardware>
  $beside
</vbox:Machine>
"""
UNUSED = """
<DisabledModes r:times="?"><InternalNetwork r:times="?" name="[A-Za-z0-9]{1,30}"/></DisabledModes>
"""
CONTROLLERS = """
<StorageControllers>
  <StorageController name="$controller_name" type="$controller" PortCount="1" useHostIOCache="false"
    Bootable="true">
    <AttachedDevice type="HardDisk" hotpluggable="false" port="0" device="0">
      <Image uuid=".*"/>
    </AttachedDevice>
  </StorageController>
</StorageControllers>
"""
X86_HARDWARE = """
<CPU count="$number">
  <PAE enabled="true"/>
  <LongMode enabled="true"/>
  <X2APIC enabled="true"/>
  <HardwareVirtExLargePages enabled="true"/>
</CPU>
<BIOS>
  <ACPI enabled="true"/>
  <IOAPIC enabled="true"/>
  <SmbiosUuidLittleEndian enabled="true"/>
</BIOS>
<USB/>
<RTC localOrUTC="UTC"/>
"""
ARM_HARDWARE = """
<HID Pointing="USBTablet|USBMouse" Keyboard="USBKeyboard"/>
<Firmware type="EFI"><SmbiosUuidLittleEndian enabled="true"/></Firmware>
<USB><Controllers><Controller name="XHCI" type="XHCI"/></Controllers></USB>
"""
ARM_PLATFORM = """
<Platform architecture="ARM">
  <RTC localOrUTC="UTC"/>
  <Chipset type="ARMv8Virtual"/>
  <CPU count="$number"/>
  <arm><CPU/></arm>
</Platform>
"""


@dataclass(frozen=True)
class Rule:
    """What an element may have; patterns are of whole values."""

    name: str
    attributes: dict[str, tuple[re.Pattern[str], bool]]
    """By name: its pattern, and whether it may be absent."""
    text: re.Pattern[str] | None
    """None: nothing but space."""
    children: dict[str, list[Rule]]
    times: str


@cache
def rules(arm: bool) -> Rule:
    """Return the rule of the whole descriptor."""
    words = {
        "ovf": OVF,
        "rasd": RASD,
        "vssd": VSSD,
        "vbox": VBOX,
        "rule": RULE,
        "shown": SHOWN,
        "unused": UNUSED,
    }
    # A number that begins with a zero is octal to VirtualBox.
    words |= {"name": NAME.pattern, "number": "[1-9][0-9]{0,9}"}
    words |= {
        "controller": "VirtioSCSI" if arm else "AHCI",
        "controller_name": "VirtioSCSI" if arm else "SATA",
    }
    inner = Template(CONTROLLERS).substitute(words)
    hardware = ARM_HARDWARE + inner if arm else X86_HARDWARE
    words["hardware"] = Template(hardware).safe_substitute(words)
    words["beside"] = Template(ARM_PLATFORM).substitute(words) if arm else inner
    words["machine"] = Template(MACHINE).substitute(words)
    return _rule(ET.fromstring(Template(ENVELOPE).substitute(words)))


def _rule(element: ET.Element) -> Rule:
    """Return the rule that an element of the texts above says."""
    attributes = {
        name: (re.compile(value.removeprefix("?"), re.DOTALL), value.startswith("?"))
        for name, value in element.attrib.items()
        if name != f"{{{RULE}}}times"
    }
    text = (element.text or "").strip()
    children: dict[str, list[Rule]] = {}
    for child in element:
        children.setdefault(child.tag, []).append(_rule(child))
    pattern = re.compile(text, re.DOTALL) if text else None
    return Rule(_named(element.tag), attributes, pattern, children, element.get(f"{{{RULE}}}times", "1"))


def _named(tag: str) -> str:
    """Return a name as it stands in a descriptor of ours, or with its whole namespace."""
    namespace, _, name = tag.rpartition("}")
    prefix = PREFIXES.get(namespace[1:]) if namespace else ""
    return tag if prefix is None else prefix + name


def unknown(rule: Rule, element: ET.Element, where: str = "") -> Iterator[str]:
    """Yield what an element has and should not, or lacks."""
    here = f"{where}/{rule.name}".lstrip("/")
    for name, value in element.attrib.items():
        if name not in rule.attributes:
            yield f"{here} has the attribute {_named(name)} ({value!r}), which no appliance has"
        elif not rule.attributes[name][0].fullmatch(value):
            yield f"{here}: {_named(name)} is {value!r}, as in no appliance"
    for name, (_, optional) in rule.attributes.items():
        if not optional and name not in element.attrib:
            yield f"{here} lacks the attribute {_named(name)}"
    texts = [element.text or "", *(child.tail or "" for child in element)]
    if rule.text is None and any(text.strip() for text in texts):
        yield f"{here} holds a text, as in no appliance"
    elif rule.text and not rule.text.fullmatch((element.text or "").strip()):
        yield f"{here} is {element.text!r}, as in no appliance"
    yield from _unknown_inside(rule, element, here)


def _unknown_inside(rule: Rule, element: ET.Element, here: str) -> Iterator[str]:
    seen: Counter[int] = Counter()
    for child in element:
        alternatives = rule.children.get(child.tag)
        if alternatives is None:
            yield f"{here} has {_named(child.tag)}, which no appliance has"
            continue
        found = [(list(unknown(each, child, here)), each) for each in alternatives]
        faults, best = min(found, key=lambda pair: len(pair[0]))
        seen[id(best)] += 1
        yield from faults
    for each in (each for alternatives in rule.children.values() for each in alternatives):
        if seen[id(each)] > 1 and each.times != "*":
            yield f"{here} has {seen[id(each)]} {each.name} where one is meant"
        elif not seen[id(each)] and each.times == "1":
            yield f"{here} lacks {each.name}"


@STAGE.check(
    "ovf.known", "what nobody knows could open the room, or a file of the host; VirtualBox knows more"
)
def _known(subject: Subject) -> Iterator[str]:
    data = subject.scan.having(".ovf")[0].data
    declared = DECLARED.match(data)
    try:
        data.decode("utf-8")
    except ValueError:
        declared = None
        yield f"the descriptor is not written in UTF-8: {ADVICE}"
    if declared and declared[1].lower() != b"utf-8":
        yield f"the descriptor says that it is not written in UTF-8: {ADVICE}"
    for fault in unknown(rules(subject.is_arm), subject.envelope):
        yield f"{fault}: {ADVICE}"
