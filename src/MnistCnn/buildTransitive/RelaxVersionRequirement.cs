using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Copies a 64-bit little-endian ELF file and sets VER_FLG_WEAK on one symbol version that it requires, if the only symbol of
/// that version is a marker that no relocation uses. The structures are those of the ELF-64 object file format and of the
/// symbol versioning chapter of the Linux Standard Base. Compiled by MSBuild when an application is built.
/// </summary>
public sealed class RelaxVersionRequirement : Task
{
    private const int DynamicSymbols = 11, Relocations = 4, VersionNeeds = 0x6ffffffe, VersionOfSymbol = 0x6fffffff;
    private const ushort WeakFlag = 0x2;

    private byte[] file;
    private int sectionTable;
    private int sectionCount;

    [Required] public string Source { get; set; }

    [Required] public string Destination { get; set; }

    [Required] public string Version { get; set; }

    [Required] public string Marker { get; set; }

    public override bool Execute()
    {
        file = File.ReadAllBytes(Source);
        string obstacle;
        try
        {
            obstacle = Relax();
        }
        catch (Exception e) when (e is ArgumentException || e is IndexOutOfRangeException || e is OverflowException)
        {
            obstacle = "its ELF structures point outside of the file";
        }

        if (obstacle != null)
        {
            Log.LogWarning("MnistCnn left '{0}' as it is: {1}. If TorchSharp does not load, install a libstdc++ that has {2} (GCC 13.2 or newer).", Source,
                obstacle, Version);
        }
        else
        {
            Log.LogMessage(
                MessageImportance.High,
                "MnistCnn changes one bit of TorchSharp's library for this application, so that it loads without {1} too: '{0}' replaces the package's file. "
                    + "<MnistCnnRelaxLibstdcxx>false</MnistCnnRelaxLibstdcxx> in the project turns this off.",
                Destination,
                Version);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Destination));
        File.Delete(Destination);
        File.WriteAllBytes(Destination, file);
        return true;
    }

    /// <summary>Sets the flag and returns null, or leaves the bytes alone and returns the reason.</summary>
    private string Relax()
    {
        if (file.Length < 64 || file[0] != 0x7f || file[1] != 'E' || file[2] != 'L' || file[3] != 'F' || file[4] != 2 || file[5] != 1)
        {
            return "it is not a 64-bit little-endian ELF file";
        }

        sectionTable = checked((int)Int64At(40));
        sectionCount = UInt16At(60);
        int needs = SectionOfType(VersionNeeds), versions = SectionOfType(VersionOfSymbol), symbols = SectionOfType(DynamicSymbols);
        if (needs < 0 || versions < 0 || symbols < 0)
        {
            return "it has no version requirements, symbol versions or dynamic symbols";
        }

        int requirement = FindRequirement(needs);
        if (requirement < 0)
        {
            return "it does not require " + Version;
        }

        string user = FindOtherUser(UInt16At(requirement + 6), versions, symbols);
        if (user != null)
        {
            return user;
        }

        ushort flags = (ushort)(UInt16At(requirement + 4) | WeakFlag);
        file[requirement + 4] = (byte)flags;
        file[requirement + 5] = (byte)(flags >> 8);
        return null;
    }

    /// <summary>The offset of the Elf64_Vernaux record of the version, or -1.</summary>
    private int FindRequirement(int section)
    {
        int names = Offset(Link(section)), need = Offset(section), left = Info(section);
        for (; left > 0; left--)
        {
            int record = need + Int32At(need + 8);
            for (int i = UInt16At(need + 2); i > 0; i--)
            {
                if (TextAt(names + Int32At(record + 8)) == Version)
                {
                    return record;
                }

                record += Int32At(record + 12);
            }

            need += Int32At(need + 12);
        }

        return -1;
    }

    /// <summary>Names the use of the version that forbids the edit, or returns null where there is none.</summary>
    private string FindOtherUser(ushort version, int versions, int symbols)
    {
        int names = Offset(Link(symbols)), markerIndex = -1;
        for (int i = 0; i < Size(versions) / 2; i++)
        {
            if ((UInt16At(Offset(versions) + (2 * i)) & 0x7fff) != version)
            {
                continue;
            }

            int symbol = Offset(symbols) + (24 * i);
            string name = TextAt(names + Int32At(symbol));
            if (name != Marker || UInt16At(symbol + 6) != 0)
            {
                return "the symbol " + name + " needs " + Version;
            }

            markerIndex = i;
        }

        for (int section = 0; section < sectionCount; section++)
        {
            for (int entry = 0; Type(section) == Relocations && entry < Size(section); entry += 24)
            {
                if (markerIndex >= 0 && Int32At(Offset(section) + entry + 12) == markerIndex)
                {
                    return "a relocation uses " + Marker;
                }
            }
        }

        return null;
    }

    private int SectionOfType(int type)
    {
        for (int i = 0; i < sectionCount; i++)
        {
            if (Type(i) == type)
            {
                return i;
            }
        }

        return -1;
    }

    private int Header(int section) { return sectionTable + (64 * section); }

    private int Type(int section) { return Int32At(Header(section) + 4); }

    private int Offset(int section) { return checked((int)Int64At(Header(section) + 24)); }

    private int Size(int section) { return checked((int)Int64At(Header(section) + 32)); }

    private int Link(int section) { return Int32At(Header(section) + 40); }

    private int Info(int section) { return Int32At(Header(section) + 44); }

    private ushort UInt16At(int offset) { return BitConverter.ToUInt16(file, offset); }

    private int Int32At(int offset) { return BitConverter.ToInt32(file, offset); }

    private long Int64At(int offset) { return BitConverter.ToInt64(file, offset); }

    private string TextAt(int offset) { return Encoding.ASCII.GetString(file, offset, Array.IndexOf(file, (byte)0, offset) - offset); }
}
